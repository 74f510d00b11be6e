import { generateKeyPairSync } from 'node:crypto';
import { createTestAuthority, createTokenMinter } from '@countersign/testing';
import { describe, expect, it } from 'vitest';
import { directoryWith, run } from '../cli.test-kit.ts';

const minter = await createTokenMinter({ issuer: 'https://issuer.test', audience: 'https://inventory.test' });
const authority = await createTestAuthority({ trustDomain: 'prod.test' });

// Everything that moves a cursor, breaks a line or turns the direction of writing.
// eslint-disable-next-line no-control-regex
const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const hostile = 'a\u001b[2J\r\nVERIFIED\u0007\u009b31m\u202e\u2028\u0000\u007fz';

describe('hostile text', () => {
  const changes = [
    ['a claim', { claims: { sub: hostile } }],
    ['the name of a claim', { claims: { [hostile]: 'x' } }],
    ['a nested claim', { claims: { act: { sub: hostile, [hostile]: [hostile] } } }],
    ['the issuer', { claims: { iss: hostile } }],
    ['the audience', { claims: { aud: hostile } }],
    ['the type', { header: { typ: hostile } }],
    ['the algorithm', { header: { alg: hostile } }],
    ['the key id', { header: { kid: hostile } }],
  ] as const;

  it.each(changes)('in %s reaches no terminal raw', async (_name, change) => {
    const stdin = await minter.mint(change);
    for (const args of [['inspect'], ['inspect', '--json']]) {
      const { stdout, stderr } = await run(args, { stdin });
      expect(stdout).toContain('\\u001b');
      expect(stdout + stderr).not.toMatch(raw);
      expect(stdout.split('\n')).not.toContainEqual(expect.stringMatching(/^\s*VERIFIED/));
    }
  });

  it('in JSON output is the same text after parsing', async () => {
    const { stdout } = await run(['inspect', '--json'], { stdin: await minter.mint({ claims: { sub: hostile } }) });
    expect(JSON.parse(stdout).parts[1].data.sub).toBe(hostile);
  });

  it('in a certificate reaches no terminal raw', async () => {
    const { certificatePem } = await authority.issue({ id: 'spiffe://prod.test/a', commonName: 'a\u001b[2Jb' });
    const { stdout } = await run(['inspect'], { stdin: certificatePem });
    expect(stdout).toContain('CERTIFICATES');
    expect(stdout).not.toMatch(raw);
  });

  it('in a key set reaches no terminal raw', async () => {
    const jwks = { keys: [{ ...minter.jwks.keys[0], kid: hostile, [hostile]: 1 }] };
    const { stdout } = await run(['inspect'], { stdin: JSON.stringify(jwks) });
    expect(stdout).toContain('\\u001b');
    expect(stdout).not.toMatch(raw);
  });

  it('in an argument reaches no terminal raw', async () => {
    for (const args of [[hostile], ['inspect', `--${hostile}`], ['inspect', hostile], ['routes', hostile]]) {
      const { stderr, code } = await run(args);
      expect(stderr).not.toMatch(raw);
      expect(code).toBe(2);
    }
  });

  it('that is nested without end is not shown and does not end the program', async () => {
    const deep = `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
    const token = minter.signRaw({ header: '{"alg":"ES256","typ":"at+jwt"}', payload: deep });
    const { stdout, code } = await run(['inspect'], { stdin: token });
    expect(stdout).toContain('TOKEN_MALFORMED');
    expect(code).toBe(1);
  });
});

describe('secrets', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const jwk = privateKey.export({ format: 'jwk' });
  const material = [pem.split('\n')[1] ?? '', jwk.d ?? '', 'c2VjcmV0LWJ5dGVz'];

  it.each([
    ['a private key as PEM', () => pem],
    [
      'a private key behind a certificate',
      async () => (await authority.issue({ id: 'spiffe://prod.test/a' })).certificatePem + pem,
    ],
    ['a private key as JWK', () => JSON.stringify(jwk)],
    ['a private key among public ones', () => JSON.stringify({ keys: [minter.jwks.keys[0], jwk] })],
    ['a symmetric key', () => JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0LWJ5dGVz' }] })],
    ['a private key inside a claim', () => minter.mint({ claims: { cnf: { jwk } } })],
    ['a private key inside a header', () => minter.mint({ header: { jwk } })],
  ])('%s is an error, and nothing of it is shown', async (_name, input) => {
    for (const args of [['inspect'], ['inspect', '--json']]) {
      const { code, stdout, stderr } = await run(args, { stdin: await input() });
      expect(stderr).toMatch(/private|symmetric/);
      for (const part of material) expect(stdout + stderr).not.toContain(part);
      expect(stdout).toBe('');
      expect(code).toBe(2);
    }
  });

  it('the signature of a token is not shown, whatever is wrong with the token', async () => {
    const good = await minter.mint();
    const [header = '', payload = '', signature = ''] = good.split('.');
    const directory = directoryWith({ jwks: JSON.stringify(minter.jwks) });
    const trust = ['--jwks', 'jwks', '--issuer', minter.issuer, '--audience', minter.audience];
    for (const stdin of [
      good,
      `${header}.${payload}.${signature}.x`,
      `${header}.x.${signature}`,
      `x.${payload}.${signature}`,
    ]) {
      for (const args of [['inspect'], ['inspect', '--json'], ['inspect', ...trust]]) {
        const { stdout, stderr } = await run(args, { stdin, directory });
        expect(stdout + stderr).not.toContain(signature);
      }
    }
  });

  it('a token in the place of a file, a command or an option is not echoed', async () => {
    const token = await minter.mint();
    const places = [['inspect', token], [token], ['routes', token]];
    const options = [`--${token}`, `-${token}`, `--token=${token}`, `--issuer=Bearer ${token}`];
    for (const args of [...places, ...options.map((option) => ['inspect', option])]) {
      const { code, stdout, stderr } = await run(args);
      expect(stdout + stderr).not.toContain(token.split('.')[2]);
      expect(code).toBe(2);
    }
  });

  it('what is no JWT, PEM or JWKS is not echoed', async () => {
    const { code, stdout, stderr } = await run(['inspect'], { stdin: 'correct horse battery staple' });
    expect(stdout + stderr).not.toContain('horse');
    expect(code).toBe(2);
  });
});
