import { X509Certificate } from 'node:crypto';
import { readCertificateFields, readSvidLeaf } from '@countersign/core';
import { createTestAuthority, type CertificateRequest, type TestAuthority } from '@countersign/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { directoryWith, findingsOf, run } from '../cli.test-kit.ts';
import { leafRules } from './certificate-rules.ts';

const id = 'spiffe://prod.test/orders';
let authority: TestAuthority;

beforeAll(async () => {
  authority = await createTestAuthority({ trustDomain: 'prod.test' });
});

const broken: readonly (readonly [string, CertificateRequest, string])[] = [
  ['names two workloads', { uris: [id, `${id}-2`] }, 'CERTIFICATE_IDENTITY_AMBIGUOUS certificate.uri'],
  ['names none', { uris: [], commonName: 'orders' }, 'CERTIFICATE_IDENTITY_AMBIGUOUS certificate.uri'],
  ['names a URL', { uris: ['https://orders.test'] }, 'CERTIFICATE_IDENTITY_AMBIGUOUS certificate.uri'],
  ['names a trust domain', { uris: ['spiffe://prod.test'] }, 'CERTIFICATE_PROFILE_VIOLATED certificate.uri'],
  ['is a CA', { id, isCa: true }, 'CERTIFICATE_PROFILE_VIOLATED certificate.basicConstraints'],
  [
    'may sign certificates',
    { id, keyUsage: ['digitalSignature', 'keyCertSign'] },
    'CERTIFICATE_PROFILE_VIOLATED certificate.keyUsage',
  ],
  ['has no key usage', { id, keyUsage: [] }, 'CERTIFICATE_PROFILE_VIOLATED certificate.keyUsage'],
  [
    'is for servers',
    { id, extendedKeyUsage: ['serverAuth'] },
    'CERTIFICATE_PROFILE_VIOLATED certificate.extendedKeyUsage',
  ],
  ['has no purpose', { id, extendedKeyUsage: [] }, 'CERTIFICATE_PROFILE_VIOLATED certificate.extendedKeyUsage'],
  ['has a short key', { id, key: 'rsa-1024' }, 'CERTIFICATE_PROFILE_VIOLATED certificate.publicKey'],
  [
    'is signed over SHA-1',
    { id, signatureHash: 'SHA-1' },
    'CERTIFICATE_PROFILE_VIOLATED certificate.signatureAlgorithm',
  ],
];

describe('inspecting certificates', () => {
  it('has nothing to object to a good one, and says aloud that nothing is verified', async () => {
    const { certificatePem } = await authority.issue({ id });
    const { code, stdout } = await run(['inspect'], { stdin: certificatePem });
    expect(stdout).toContain('*** NOT VERIFIED ***');
    expect(stdout).toContain(id);
    expect(code).toBe(0);
  });

  it.each(broken)('objects when it %s', async (_name, request, expected) => {
    const { certificatePem } = await authority.issue(request);
    const result = await run(['inspect', '--json'], {
      stdin: `${certificatePem}${(await authority.issue({ id })).certificatePem}`,
    });
    expect(findingsOf(result)).toContain(expected);
    expect(result.code).toBe(1);
  });

  it.each(broken)('has a rule of its own where core refuses what %s', async (_name, request) => {
    const { certificatePem } = await authority.issue(request);
    const certificate = new X509Certificate(certificatePem);
    const core = readSvidLeaf(certificate, { usage: 'client' });
    const read = readCertificateFields(certificate.raw);
    if (core.ok || !read.ok) throw new Error('Core must refuse, and the fields must be readable.');
    const { fields } = read;
    const own = leafRules.filter((rule) => rule.broken({ certificate, fields, usage: 'client', now: Date.now() }));
    expect(own.map(({ reason, check }) => `${reason} ${check}`)).toContain(`${core.reason} ${core.detail.check}`);
  });

  it('names every fault of one certificate at once', async () => {
    const { certificatePem } = await authority.issue({
      uris: [id, `${id}-2`],
      keyUsage: [],
      extendedKeyUsage: ['serverAuth'],
      lifetimeSeconds: -60,
      startsInSeconds: -600,
    });
    expect([...findingsOf(await run(['inspect', '--json'], { stdin: certificatePem }))].sort()).toEqual([
      'CERTIFICATE_EXPIRED notAfter',
      'CERTIFICATE_IDENTITY_AMBIGUOUS certificate.uri',
      'CERTIFICATE_PROFILE_VIOLATED certificate.extendedKeyUsage',
      'CERTIFICATE_PROFILE_VIOLATED certificate.keyUsage',
    ]);
  });

  it('takes a chain in order, and objects to one out of order', async () => {
    const intermediate = await authority.issueIntermediate();
    const { certificatePem } = await intermediate.issue({ id });
    const blocks = certificatePem.split(/(?=-----BEGIN)/);
    expect((await run(['inspect'], { stdin: certificatePem })).code).toBe(0);
    expect(findingsOf(await run(['inspect', '--json'], { stdin: [...blocks].reverse().join('\n') }))).toContain(
      'CERTIFICATE_UNTRUSTED path',
    );
  });

  it('reads authorities alone as a bundle', async () => {
    const { code, stdout } = await run(['inspect'], { stdin: authority.bundlePem });
    expect(stdout).toContain('judged as a trust bundle');
    expect(code).toBe(0);
  });

  it('does not read what is no certificate', async () => {
    for (const stdin of [
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
      '-----BEGIN CERTIFICATE-----\nAAAA',
    ]) {
      expect((await run(['inspect'], { stdin })).code).toBe(2);
    }
  });
});

describe('verifying certificates', () => {
  const verify = async (pem: string, bundle: string, more: readonly string[] = []): Promise<Record<string, string>> => {
    const directory = directoryWith({ bundle });
    const args = ['inspect', '--json', '--bundle', 'bundle', '--trust-domain', 'prod.test', ...more];
    const { stdout } = await run(args, { stdin: pem, directory });
    return JSON.parse(stdout).verification;
  };

  it('verifies a chain that leads to the bundle', async () => {
    const { certificatePem } = await (await authority.issueIntermediate()).issue({ id });
    expect(await verify(certificatePem, authority.bundlePem)).toMatchObject({
      status: 'verified',
      as: { workload: id },
    });
  });

  it('refuses another authority, another trust domain, a lost intermediate and another purpose', async () => {
    const other = await createTestAuthority({ trustDomain: 'prod.test' });
    const { certificatePem } = await (await authority.issueIntermediate()).issue({ id });
    const leafOnly = new X509Certificate(certificatePem).toString();
    const foreign = await authority.issue({ id: 'spiffe://other.test/orders' });
    const forServers = await authority.issue({ id, extendedKeyUsage: ['serverAuth'] });
    for (const [pem, bundle] of [
      [certificatePem, other.bundlePem],
      [leafOnly, authority.bundlePem],
      [foreign.certificatePem, authority.bundlePem],
    ] as const) {
      expect(await verify(pem, bundle)).toMatchObject({ status: 'refused', reason: 'CERTIFICATE_UNTRUSTED' });
    }
    expect(await verify(forServers.certificatePem, authority.bundlePem)).toMatchObject({
      reason: 'CERTIFICATE_PROFILE_VIOLATED',
    });
    expect(await verify(forServers.certificatePem, authority.bundlePem, ['--usage', 'server'])).toMatchObject({
      status: 'verified',
    });
  });
});
