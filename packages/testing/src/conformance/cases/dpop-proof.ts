import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createDpopKey, type DpopKey, type ProofRequest } from '../../dpop-key.ts';
import { encodeSegment } from '../../mint-token.ts';
import { eachRow } from '../each-row.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import type { ConformanceCase } from '../world.ts';

const url = 'https://inventory.test/whoami';
const hour = 3_600;

interface ProofRow {
  readonly name: string;
  readonly proofs: readonly string[];
  /** Default `PROOF_INVALID`. */
  readonly reason?: string;
}

/** A proof whose MAC is made with the symmetric key in its header. */
function symmetricProof(key: DpopKey, request: ProofRequest): string {
  const [, payload = ''] = key.proof(request).split('.');
  const k = Buffer.alloc(32, 1).toString('base64url');
  const signed = `${encodeSegment(JSON.stringify({ typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k } }))}.${payload}`;
  return `${signed}.${createHmac('sha256', Buffer.from(k, 'base64url')).update(signed).digest('base64url')}`;
}

function badProofs(key: DpopKey, token: string): readonly ProofRow[] {
  const now = Math.floor(Date.now() / 1000);
  const good: ProofRequest = { url, token };
  const other = createDpopKey();
  const { privateJwk, publicJwk } = key.signingKey;
  const claims = (changes: Readonly<Record<string, unknown>>) => [key.proof({ ...good, claims: changes })];
  const header = (changes: Readonly<Record<string, unknown>>) => [key.proof({ ...good, header: changes })];
  return [
    { name: 'no proof', proofs: [] },
    { name: 'an empty proof', proofs: [''] },
    { name: 'two proofs', proofs: [key.proof(good), key.proof(good)] },
    { name: 'two proofs in one line', proofs: [`${key.proof(good)}, ${key.proof(good)}`] },
    { name: 'another method', proofs: claims({ htm: 'POST' }) },
    { name: 'the method in lower case', proofs: claims({ htm: 'get' }) },
    { name: 'another path', proofs: claims({ htu: 'https://inventory.test/stock/42' }) },
    { name: 'another host', proofs: claims({ htu: 'https://evil.test/whoami' }) },
    { name: 'the address that the server listens on', proofs: claims({ htu: 'https://127.0.0.1/whoami' }) },
    { name: 'no URL', proofs: claims({ htu: undefined }) },
    { name: 'the hash of another token', proofs: [key.proof({ url, token: `${token}x` })] },
    { name: 'no hash of the token', proofs: claims({ ath: undefined }) },
    { name: 'an hour old', proofs: claims({ iat: now - hour }) },
    { name: 'of the next hour', proofs: claims({ iat: now + hour }) },
    { name: 'no jti', proofs: claims({ jti: undefined }) },
    { name: 'a jti without end', proofs: claims({ jti: 'x'.repeat(300) }) },
    { name: 'another kind of JWT', proofs: header({ typ: 'at+jwt' }) },
    { name: 'a private key', proofs: header({ jwk: privateJwk }) },
    { name: 'a key by address', proofs: header({ jku: 'https://evil.test/jwks' }) },
    { name: 'a key by certificate', proofs: header({ x5c: ['AAAA'] }) },
    { name: 'alg none', proofs: header({ alg: 'none' }) },
    { name: 'a MAC', proofs: [symmetricProof(key, good)] },
    { name: "another's key, not its signature", proofs: [other.proof({ ...good, header: { jwk: publicJwk } })] },
    { name: 'a proof by another key', proofs: [other.proof(good)], reason: 'BINDING_MISMATCH' },
  ];
}

export const dpopProof: ConformanceCase = {
  id: 'dpop-proof',
  title: 'a token that is bound to a key is accepted with a proof for this very request, and with no other',
  attacks: [66],
  run: async (world) => {
    await world.withService({ dpop: {} }, async (service) => {
      const key = createDpopKey();
      const token = await service.token({ claims: { cnf: key.confirmation } });
      const authorization = ['authorization', `DPoP ${token}`] as const;
      const accepted = await service.send({ path: '/whoami?a=1', headers: key.headers({ url, token }) });
      assertAllowed(accepted, 'a good proof');
      assert.equal(accepted.events.at(-1)?.['auth.method'], 'dpop');
      const before = service.handlerRuns();
      await eachRow(badProofs(key, token), async ({ name, proofs, reason = 'PROOF_INVALID' }) => {
        const headers = [authorization, ...proofs.map((proof) => ['dpop', proof] as const)];
        const seen = await service.send({ path: '/whoami', headers });
        assertRefused(seen, { status: 401, reason, what: name });
        const [dpop = '', bearer = ''] = seen.headers['www-authenticate'] ?? [];
        const error = reason === 'PROOF_INVALID' ? 'invalid_dpop_proof' : 'invalid_token';
        assert.ok(dpop.startsWith('DPoP ') && dpop.includes(`error="${error}"`), `${name}: ${dpop}`);
        assert.match(dpop, /algs="ES256 /, `${name}: the algorithms are named`);
        assert.match(bearer, /^Bearer realm="[^"]*"$/, `${name}: no error on the scheme that was not used`);
        for (const proof of proofs.filter((one) => one !== '')) {
          assert.ok(!JSON.stringify(seen.events).includes(proof), `${name}: the proof is in no event`);
        }
      });
      const spoofed = { path: '/whoami', headers: [...key.headers({ url: 'https://evil.test/whoami', token })] };
      for (const name of ['host', 'x-forwarded-host', 'forwarded', 'x-original-url']) {
        const value = name === 'forwarded' ? 'host=evil.test' : 'evil.test';
        const seen = await service.send({ ...spoofed, headers: [...spoofed.headers, [name, value]] });
        if (name === 'host') assert.notEqual(seen.status, 200, 'a second Host');
        else assertRefused(seen, { status: 401, reason: 'PROOF_INVALID', what: `a proof for what ${name} says` });
      }
      assert.equal(service.handlerRuns(), before, 'no handler ran');
      assertAllowed(await service.send({ path: '/whoami', headers: key.headers({ url, token }) }), 'afterwards');
    });
  },
};
