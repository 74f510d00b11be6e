/** A JWT-SVID from the Workload API proves this workload to an authorization server, and to that one only. */
import { jwtSvidAssertion, verifyJwtSvid, type OutgoingForm } from '@countersign/core';
import { startWorkloadApi } from '@countersign/testing';
import { expect, onTestFinished, test } from 'vitest';
import { createJwtSource } from './index.ts';

const orders = 'spiffe://prod.test/orders';
const issuer = 'https://issuer.test';

async function formOf(prove: (form: OutgoingForm) => unknown, to: string = issuer): Promise<URLSearchParams> {
  const body = new URLSearchParams();
  await prove({ url: `${to}/token`, issuer: to, body, headers: new Headers(), now: Date.now() });
  return body;
}

test('the SVID of this process is the proof, for the issuer and nobody else, and is kept for each issuer', async () => {
  const api = await startWorkloadApi({ workloads: [{ id: orders }] });
  onTestFinished(() => api.close());
  const source = createJwtSource({ endpoint: api.endpoint });
  onTestFinished(() => source.close());
  await source.ready();
  const authentication = jwtSvidAssertion({ clientId: orders, source });
  const prove = (form: OutgoingForm): unknown => authentication.prove(form);
  const form = await formOf(prove);
  expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-spiffe');
  const assertion = form.get('client_assertion') ?? '';
  const bundle = source.jwtBundle('prod.test');
  if (bundle === undefined) throw new Error('The source has no keys.');
  const judge = (audience: string) => verifyJwtSvid(assertion, { audience, bundle, now: Date.now() });
  expect(judge(issuer)).toMatchObject({ ok: true });
  expect(judge('https://other.test')).toMatchObject({ ok: false });
  expect(judge(`${issuer}/token`)).toMatchObject({ ok: false });
  expect((await formOf(prove)).get('client_assertion')).toBe(assertion);
  expect((await formOf(prove, 'https://other.test')).get('client_assertion')).not.toBe(assertion);
});

test('an SVID that the issuer refused is replaced by a fresh one', async () => {
  const api = await startWorkloadApi({ workloads: [{ id: orders }] });
  onTestFinished(() => api.close());
  const source = createJwtSource({ endpoint: api.endpoint });
  onTestFinished(() => source.close());
  await source.ready();
  const authentication = jwtSvidAssertion({ clientId: orders, source });
  const prove = (form: OutgoingForm): unknown => authentication.prove(form);
  const refused = (await formOf(prove)).get('client_assertion');
  const other = (await formOf(prove, 'https://other.test')).get('client_assertion');
  expect(await authentication.renew?.(issuer)).toBe(true);
  expect((await formOf(prove)).get('client_assertion')).not.toBe(refused);
  expect((await formOf(prove, 'https://other.test')).get('client_assertion')).toBe(other);
  // A server that refuses all of them does not drive the agent.
  expect(await authentication.renew?.(issuer)).toBe(false);
});

test('without an SVID there is no proof', async () => {
  const api = await startWorkloadApi({ workloads: [{ id: orders }] });
  const source = createJwtSource({ endpoint: api.endpoint });
  onTestFinished(() => source.close());
  await source.ready();
  await api.close();
  const authentication = jwtSvidAssertion({ clientId: orders, source });
  await expect(formOf((form) => authentication.prove(form))).rejects.toMatchObject({ name: 'SpiffeError' });
});
