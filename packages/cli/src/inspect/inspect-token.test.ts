import { generateKeyPairSync } from 'node:crypto';
import { createTestAuthority, createTokenMinter, type TokenChanges, type TokenMinter } from '@countersign/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { directoryWith, findingsOf, run } from '../cli.test-kit.ts';

const issuer = 'https://issuer.test';
const audience = 'https://inventory.test';
const now = Math.floor(Date.now() / 1000);
let minter: TokenMinter;

beforeAll(async () => {
  minter = await createTokenMinter({ issuer, audience });
});

function trusted(changes: Readonly<Record<string, string>> = {}): { args: string[]; directory: string } {
  const directory = directoryWith({ 'jwks.json': JSON.stringify(minter.jwks) });
  const options = { jwks: 'jwks.json', issuer, audience, ...changes };
  return { directory, args: Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]) };
}

const broken: readonly (readonly [string, TokenChanges, string])[] = [
  ['is for two audiences', { claims: { aud: [audience, 'https://other.test'] } }, 'TOKEN_AUDIENCE_MISMATCH aud'],
  ['has an audience that is no text', { claims: { aud: [audience, 5] } }, 'TOKEN_AUDIENCE_MISMATCH aud'],
  ['has no audience', { claims: { aud: undefined } }, 'TOKEN_AUDIENCE_MISMATCH aud'],
  ['has ended', { claims: { iat: now - 900, exp: now - 600 } }, 'TOKEN_EXPIRED exp'],
  ['never ends', { claims: { exp: undefined } }, 'TOKEN_CLAIM_MISSING exp'],
  ['ends before it begins', { claims: { iat: now, exp: now - 1 } }, 'TOKEN_CLAIM_MISSING exp'],
  ['lives too long', { claims: { exp: now + 86_400 } }, 'TOKEN_LIFETIME_TOO_LONG exp'],
  ['was issued in the future', { claims: { iat: now + 600, exp: now + 900 } }, 'TOKEN_NOT_YET_VALID iat'],
  ['is not valid yet', { claims: { nbf: now + 200 } }, 'TOKEN_NOT_YET_VALID nbf'],
  ['has a begin that is no number', { claims: { nbf: 'soon' } }, 'TOKEN_CLAIM_MISSING nbf'],
  ['does not say when it was issued', { claims: { iat: undefined } }, 'TOKEN_CLAIM_MISSING iat'],
  ['has no id', { claims: { jti: undefined } }, 'TOKEN_CLAIM_MISSING jti'],
  ['has no subject', { claims: { sub: '' } }, 'TOKEN_CLAIM_MISSING sub'],
  ['names no client', { claims: { client_id: 7 } }, 'TOKEN_CLAIM_MISSING client_id'],
  ['names no issuer', { claims: { iss: undefined } }, 'TOKEN_ISSUER_UNKNOWN iss'],
  ['names an issuer on plain http', { claims: { iss: 'http://issuer.test' } }, 'TOKEN_ISSUER_UNKNOWN iss'],
  ['has scopes with two spaces', { claims: { scope: 'a  b' } }, 'TOKEN_CLAIM_MISSING scope'],
  ['has roles as a text', { claims: { roles: 'admin' } }, 'TOKEN_CLAIM_MISSING roles'],
  ['has an actor without a name', { claims: { act: {} } }, 'ACTOR_CHAIN_TOO_LONG act'],
  ['is bound in an unknown way', { claims: { cnf: { jkt: 'x' } } }, 'BINDING_MISMATCH cnf'],
  ['is an ID token by its type', { header: { typ: 'JWT' } }, 'TOKEN_TYPE_UNEXPECTED typ'],
  ['has no type', { header: { typ: undefined } }, 'TOKEN_TYPE_UNEXPECTED typ'],
  ['asks for no signature', { header: { alg: 'none' } }, 'TOKEN_ALGORITHM_REFUSED alg'],
  ['asks for a shared secret', { header: { alg: 'HS256' } }, 'TOKEN_ALGORITHM_REFUSED alg'],
  ['has a key id that is no text', { header: { kid: 5 } }, 'TOKEN_MALFORMED header'],
  ['names a critical extension', { header: { crit: ['exp'] } }, 'TOKEN_CRITICAL_UNSUPPORTED crit'],
];

describe('inspecting a token', () => {
  it('has nothing to object to a good one, and says aloud that nothing is verified', async () => {
    const { code, stdout } = await run(['inspect'], { stdin: `${await minter.mint()}\n` });
    expect(stdout).toContain('*** NOT VERIFIED ***');
    expect(stdout).toContain('nothing to object');
    expect(code).toBe(0);
  });

  it.each(broken)('objects when the token %s, as core does', async (_name, changes, expected) => {
    const token = await minter.mint(changes);
    const shown = await run(['inspect', '--json'], { stdin: token });
    expect(findingsOf(shown)).toEqual([expected]);
    expect(shown.code).toBe(1);
    const { args, directory } = trusted();
    const verified = await run(['inspect', '--json', ...args], { stdin: token, directory });
    expect(findingsOf(verified)).toContain(expected);
    expect(JSON.parse(verified.stdout).verification.status).toBe('refused');
  });

  it('lists every objection at once, each with its fix', async () => {
    const claims = { aud: [audience, 'x'], iat: now - 90_000, exp: now - 600, jti: undefined, act: 'x', scope: 1 };
    const run_ = await run(['inspect', '--json'], {
      stdin: await minter.mint({ claims, header: { typ: 'JWT', alg: 'none' } }),
    });
    expect([...findingsOf(run_)].sort()).toEqual([
      'ACTOR_CHAIN_TOO_LONG act',
      'TOKEN_ALGORITHM_REFUSED alg',
      'TOKEN_AUDIENCE_MISMATCH aud',
      'TOKEN_CLAIM_MISSING jti',
      'TOKEN_CLAIM_MISSING scope',
      'TOKEN_EXPIRED exp',
      'TOKEN_LIFETIME_TOO_LONG exp',
      'TOKEN_TYPE_UNEXPECTED typ',
    ]);
    for (const { fix } of JSON.parse(run_.stdout).findings) expect(fix).not.toBe('');
  });

  it('says which part of a token that is none is wrong, and shows the rest', async () => {
    const [header = '', payload = '', signature = ''] = (await minter.mint()).split('.');
    const twice = minter.signRaw({ header: '{"alg":"ES256","typ":"at+jwt"}', payload: '{"iss":"a","iss":"b"}' });
    for (const [stdin, check] of [
      [`${header}.${payload}`, undefined],
      [`${header}.${payload}.${signature}.${signature}`, 'TOKEN_MALFORMED token.segments'],
      [`${header}.${payload}.${signature}=`, 'TOKEN_MALFORMED token.encoding'],
      [`${header}.${payload}.`, 'TOKEN_SIGNATURE_INVALID signature'],
      [twice, 'TOKEN_MALFORMED payload'],
    ] as const) {
      const found = await run(['inspect', '--json'], { stdin });
      if (check === undefined) expect(found.code).toBe(2);
      else expect(findingsOf(found)).toContain(check);
    }
  });

  it('judges a token that names a key of its own without looking at that key', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const stdin = await minter.mint({ header: { jwk: publicKey.export({ format: 'jwk' }) } });
    const { stdout, code } = await run(['inspect'], { stdin });
    expect(stdout).toContain('The header carries jwk: a verifier must never take a key from there.');
    expect(code).toBe(0);
  });
});

describe('verifying a token', () => {
  it('verifies with the right keys, issuer and audience', async () => {
    const { args, directory } = trusted();
    const stdin = await minter.mint({ claims: { scope: 'inventory:read' } });
    const { code, stdout } = await run(['inspect', '--json', ...args], { stdin, directory });
    expect(JSON.parse(stdout).verification).toEqual({
      status: 'verified',
      as: { caller: `oauth:${issuer}#test-client`, scopes: ['inventory:read'], assurance: 'medium' },
    });
    expect(code).toBe(0);
  });

  it.each([
    ['another audience', { audience: 'https://orders.test' }, 'TOKEN_AUDIENCE_MISMATCH'],
    ['another issuer', { issuer: 'https://issuer.test/' }, 'TOKEN_ISSUER_UNKNOWN'],
  ])('refuses with %s', async (_name, changes, reason) => {
    const { args, directory } = trusted(changes);
    const { code, stdout } = await run(['inspect', ...args], { stdin: await minter.mint(), directory });
    expect(stdout).toContain(`*** REFUSED: ${reason} `);
    expect(code).toBe(1);
  });

  it.each(['TOKEN_SIGNATURE_INVALID', 'TOKEN_KEY_UNKNOWN'])(
    'refuses a token of another key with %s',
    async (reason) => {
      const other = await createTokenMinter({ issuer, audience });
      const header = reason === 'TOKEN_KEY_UNKNOWN' ? {} : { kid: minter.signingKey.keyId };
      const { args, directory } = trusted();
      const { stdout } = await run(['inspect', ...args], { stdin: await other.mint({ header }), directory });
      expect(stdout).toContain(`*** REFUSED: ${reason} `);
    },
  );

  it('judges a bound token by --certificate, and by nothing else', async () => {
    const authority = await createTestAuthority({ trustDomain: 'prod.test' });
    const own = await authority.issue({ id: 'spiffe://prod.test/orders' });
    const other = await authority.issue({ id: 'spiffe://prod.test/orders' });
    const described = await run(['inspect', '--json'], { stdin: own.certificatePem });
    const thumbprint = JSON.parse(described.stdout).parts[0].data['x5t#S256'];
    const stdin = await minter.mint({ claims: { cnf: { 'x5t#S256': thumbprint } } });
    const statusWith = async (pem: string | undefined): Promise<string> => {
      const { args, directory } = trusted(pem === undefined ? {} : { certificate: `${directoryWith({ pem })}/pem` });
      const { verification } = JSON.parse((await run(['inspect', '--json', ...args], { stdin, directory })).stdout);
      return verification.reason ?? verification.status;
    };
    expect(await statusWith(own.certificatePem)).toBe('verified');
    expect(await statusWith(other.certificatePem)).toBe('BINDING_MISMATCH');
    expect(await statusWith(undefined)).toBe('BINDING_MISSING');
  });

  it.each([
    [['--issuer', issuer, '--audience', audience], '--jwks is missing'],
    [['--jwks', 'jwks.json'], '--issuer, --audience is missing'],
    [['--bundle', 'x', '--trust-domain', 'y'], 'does nothing for a token'],
    [['--certificate', 'x'], 'does nothing for a token that is not verified'],
    [['--jwks', 'absent', '--issuer', issuer, '--audience', audience], '--jwks cannot be read (ENOENT)'],
    [['--jwks', 'jwks.json', '--issuer', 'http://issuer.test', '--audience', audience], 'is not an https URL'],
    [['--kid', 'x'], "Unknown option '--kid'"],
  ])('does not run with %j: half a trust would look like a verification', async (args, problem) => {
    const { directory } = trusted();
    const { code, stdout, stderr } = await run(['inspect', ...args], { stdin: await minter.mint(), directory });
    expect(stderr).toContain(problem);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});
