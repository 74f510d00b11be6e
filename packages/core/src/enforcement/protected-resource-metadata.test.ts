import { describe, expect, test } from 'vitest';
import { accessToken } from '../authentication/access-token.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { compileRequirement } from '../policy/requirement.ts';
import { factsWith, fakeCertificates, fakeTokens, service } from './pipeline.test-kit.ts';
import { protectedResourceMetadata, type ResourceMetadataOptions } from './protected-resource-metadata.ts';

const proofs: Authenticator = {
  ...fakeTokens(),
  credentials: ['dpop-token'],
  proofAlgorithms: ['ES256', 'Ed25519'],
  authorizationServers: ['https://issuer.test'],
};

describe('where clients look for it (RFC 9728 section 3.1)', () => {
  test.each([
    ['https://a.example', 'https://a.example/.well-known/oauth-protected-resource'],
    ['https://a.example/', 'https://a.example/.well-known/oauth-protected-resource'],
    ['https://a.example/r1', 'https://a.example/.well-known/oauth-protected-resource/r1'],
    ['https://a.example/r1/', 'https://a.example/.well-known/oauth-protected-resource/r1/'],
    ['https://a.example:8443/r/1', 'https://a.example:8443/.well-known/oauth-protected-resource/r/1'],
    ['https://a.example/?r=1', 'https://a.example/.well-known/oauth-protected-resource?r=1'],
    ['https://a.example/r1?k=v', 'https://a.example/.well-known/oauth-protected-resource/r1?k=v'],
  ])('%s', (identifier, url) => {
    const metadata = protectedResourceMetadata({ identifier });
    expect(metadata).toMatchObject({ url, document: { resource: identifier } });
    expect(metadata.path).toBe(new URL(url).pathname);
  });
});

describe('an identifier that clients could not compare is a start-up error', () => {
  test.each([
    ['http', 'http://a.example'],
    ['a fragment', 'https://a.example/#r'],
    ['an empty fragment', 'https://a.example/#'],
    ['a user', 'https://u@a.example'],
    ['capitals in the host', 'https://A.example'],
    ['the default port', 'https://a.example:443'],
    ['dot segments', 'https://a.example/x/../r'],
    ['a quote', 'https://a.example/"'],
    ['a space', 'https://a.example/ r'],
    ['no URL', 'inventory'],
    ['nothing', undefined],
    ['a list', ['https://a.example']],
  ])('%s', (_case, identifier) => {
    const told = (run: () => unknown): readonly string[] => {
      try {
        run();
      } catch (error) {
        return (error as ConfigurationError).faults.map(({ option }) => option);
      }
      return [];
    };
    expect(told(() => protectedResourceMetadata({ identifier } as ResourceMetadataOptions))).toEqual(['identifier']);
    const resource = { identifier } as ResourceMetadataOptions;
    expect(told(() => service({ resource }))).toEqual(['resource.identifier']);
  });

  test('every other fault is told too', () => {
    const resource = {
      identifier: 'x',
      scopes: ['a b'],
      name: ' ',
      documentation: 'x',
      signingAlgorithms: ['none'],
      x: 1,
    };
    const faults = ['x', 'identifier', 'scopes', 'name', 'documentation', 'signingAlgorithms'];
    try {
      service({ resource: resource as never });
      expect.unreachable('it was accepted');
    } catch (error) {
      expect((error as ConfigurationError).faults.map(({ option }) => option)).toEqual(
        faults.map((name) => `resource.${name}`),
      );
    }
  });
});

describe('the document says what the service does', () => {
  const resource = 'https://inventory.test';
  test('bearer tokens of its issuers', () => {
    const issuers = [{ issuer: 'https://a.test' }, { issuer: 'https://b.test' }] as const;
    const { auth } = service({ accept: [accessToken({ issuers })], resource });
    expect(protectedResourceMetadata(auth).document).toEqual({
      resource,
      authorization_servers: ['https://a.test', 'https://b.test'],
      bearer_methods_supported: ['header'],
    });
  });

  test('certificates beside tokens, and what the operator says', () => {
    const { auth } = service({
      accept: [fakeCertificates(), fakeTokens()],
      resource: {
        identifier: resource,
        scopes: ['inventory:read', 'inventory:read'],
        name: 'Inventory',
        documentation: 'https://inventory.test/docs',
        signingAlgorithms: ['ES256'],
      },
    });
    expect(protectedResourceMetadata(auth).document).toEqual({
      resource,
      scopes_supported: ['inventory:read'],
      bearer_methods_supported: ['header'],
      resource_signing_alg_values_supported: ['ES256'],
      resource_name: 'Inventory',
      resource_documentation: 'https://inventory.test/docs',
      tls_client_certificate_bound_access_tokens: true,
    });
  });

  test('tokens with proofs, and nothing else', () => {
    const { auth } = service({ accept: [proofs], resource });
    expect(protectedResourceMetadata(auth).document).toEqual({
      resource,
      authorization_servers: ['https://issuer.test'],
      dpop_signing_alg_values_supported: ['ES256', 'Ed25519'],
      dpop_bound_access_tokens_required: true,
    });
  });

  test('certificates alone', () => {
    const { auth } = service({ accept: [fakeCertificates()], resource });
    expect(protectedResourceMetadata(auth).document).toEqual({ resource });
  });

  test('by hand, where there is no service', () => {
    const options = {
      authorizationServers: ['https://a.test'],
      proofAlgorithms: ['ES256'],
      certificateBoundTokens: true,
    };
    expect(protectedResourceMetadata({ identifier: resource, ...options }).document).toEqual({
      resource,
      authorization_servers: ['https://a.test'],
      bearer_methods_supported: ['header'],
      tls_client_certificate_bound_access_tokens: true,
      dpop_signing_alg_values_supported: ['ES256'],
    });
  });
});

test('a service without the option has no metadata, and its challenges name none', async () => {
  const { auth } = service();
  expect(() => protectedResourceMetadata(auth)).toThrow(/resource: is not set/);
  const verdict = await auth.check(factsWith(), compileRequirement({ scope: 'a' }, 'a test'));
  expect(JSON.stringify(verdict)).not.toContain('resource_metadata');
});

test('a service with the option names its metadata in challenges', async () => {
  const { auth } = service({ resource: 'https://inventory.test/api' });
  const verdict = await auth.check(factsWith(), compileRequirement({ scope: 'a' }, 'a test'));
  expect(verdict.outcome === 'denied' && verdict.response.headers['www-authenticate']).toEqual([
    'Bearer realm="spiffe://prod.test/inventory", ' +
      'resource_metadata="https://inventory.test/.well-known/oauth-protected-resource/api"',
  ]);
});
