/** A client secret that changes while the service runs, in its file or in a vault, and what the operator hears of it. */
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientSecret, Secret, secretFile, type ClientSecretOptions } from '@countersign/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { credentialsAt, faultOf, json, startIssuer, testClock } from '../client.test-kit.ts';
import { work } from './source.test-kit.ts';

const day = 86_400;

/** An issuer that knows one secret at a time. */
async function issuerWith(given: ClientSecretOptions['clientSecret'], more: Partial<ClientSecretOptions> = {}) {
  const issuer = await startIssuer();
  const state = { secret: 'one', status: 401 };
  issuer.onToken = ({ headers }, response) => {
    const [, sent = ''] = headers.authorization?.split(' ') ?? [];
    if (Buffer.from(sent, 'base64').toString() === `orders:${state.secret}`) {
      json(response, 200, { access_token: `token-${issuer.asked.length}`, token_type: 'Bearer', expires_in: 300 });
    } else {
      if (state.status === 401) response.setHeader('www-authenticate', 'Basic realm="issuer"');
      json(response, state.status, { error: 'invalid_client' });
    }
  };
  const clock = testClock();
  const clientAuthentication = clientSecret({ clientId: 'orders', clientSecret: given, ...more });
  return { issuer, state, clock, ...work(await credentialsAt(issuer, { clientAuthentication }), clock) };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'secret-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('a secret', () => {
  it.each([400, 401])('that the issuer refuses with %i is asked for again, once', async (status) => {
    const vault = ['one', 'one'];
    let asked = 0;
    const { get, state, issuer, clock } = await issuerWith(async () => {
      asked += 1;
      return new Secret(vault.shift() ?? state.secret);
    });
    state.status = status;
    await get();
    state.secret = 'two';
    clock.advance(300);
    expect((await get()).token.expose()).toBe('token-3');
    // The first answer was a minute old and asked for again, and once more after the refusal.
    expect([asked, issuer.asked.length]).toEqual([3, 3]);
  });

  it('that is the same again is not sent twice', async () => {
    const { get, state, issuer } = await issuerWith(() => new Secret('old'));
    expect(await faultOf(get())).toMatchObject({ code: 'CREDENTIAL_REFUSED' });
    expect([state.secret, issuer.asked.length]).toEqual(['one', 1]);
  });

  it('that is fixed is not sent twice', async () => {
    const { get, issuer } = await issuerWith(new Secret('old'));
    expect(await faultOf(get())).toMatchObject({ code: 'CREDENTIAL_REFUSED' });
    expect(issuer.asked).toHaveLength(1);
  });

  it('that a vault cannot tell gives no token, and says so without what the vault said', async () => {
    const { get, issuer } = await issuerWith(() => Promise.reject(new Error('canary')));
    const fault = await faultOf(get());
    expect(fault).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE', detail: { check: 'clientAuthentication' } });
    expect(String(fault)).not.toContain('canary');
    expect(issuer.asked).toEqual([]);
  });

  it('or another proof that never comes is waited for no longer than for the issuer, and asked for again', async () => {
    const issuer = await startIssuer();
    const state = { hangs: true };
    const prove = (): Promise<void> => (state.hangs ? new Promise(() => {}) : Promise.resolve());
    const clientAuthentication = { clientId: 'orders', prove };
    const clock = testClock();
    const { get } = work(await credentialsAt(issuer, { clientAuthentication, timeoutSeconds: 0.2 }), clock);
    const expected = { code: 'CREDENTIAL_UNAVAILABLE', detail: { check: 'issuer', actual: 'no answer' } };
    expect(await faultOf(get())).toMatchObject(expected);
    expect(issuer.asked).toEqual([]);
    state.hangs = false;
    clock.advance(2);
    expect((await get()).token.expose()).toBe('token-1');
  });

  it('is taken from its file when that was replaced, without a failed call', async () => {
    const path = join(folder(), 'client-secret');
    writeFileSync(path, 'one\n');
    const { get, state, clock } = await issuerWith(secretFile(path));
    await get();
    writeFileSync(`${path}.new`, 'two\n');
    renameSync(`${path}.new`, path);
    state.secret = 'two';
    clock.advance(300);
    expect((await get()).token.expose()).toBe('token-2');
    rmSync(path);
    clock.advance(300);
    expect((await get()).token.expose()).toBe('token-3');
  });

  it('is taken from its file at once when the issuer has changed it a moment ago', async () => {
    const path = join(folder(), 'client-secret');
    writeFileSync(path, 'old\n');
    const { get, issuer } = await issuerWith(secretFile(path));
    writeFileSync(`${path}.new`, 'one\n');
    renameSync(`${path}.new`, path);
    await get();
    expect(issuer.asked.length).toBeLessThan(3);
  });
});

describe('the operator is told', () => {
  it('at start that a secret is shared, and once only', async () => {
    const { get, notices, clock, issuer } = await issuerWith(new Secret('one'));
    const facts = { clientId: 'orders', issuer: issuer.origin };
    expect(notices).toMatchObject([{ code: 'CLIENT_SECRET_SHARED', level: 'warn', facts }]);
    await get();
    clock.advance(300);
    await get();
    expect(notices.map(({ code }) => code)).toEqual(['CLIENT_SECRET_SHARED', 'TOKEN_RENEWED']);
  });

  it('when it becomes ninety days old while the service runs', async () => {
    const { get, notices, clock } = await issuerWith(new Secret('one'), { issuedAt: new Date().toISOString() });
    clock.advance(89 * day);
    await get();
    expect(notices).toHaveLength(1);
    clock.advance(2 * day);
    await get();
    expect(notices.slice(1)).toMatchObject([
      { code: 'CLIENT_SECRET_OLD', facts: { ageDays: 91 } },
      { code: 'TOKEN_RENEWED' },
    ]);
  });

  it('at start when its file is older than that, and when the file is gone', async () => {
    const path = join(folder(), 'client-secret');
    writeFileSync(path, 'one\n');
    const past = Date.now() / 1000 - 100 * day;
    utimesSync(path, past, past);
    const { get, notices } = await issuerWith(secretFile(path));
    expect(notices.map(({ code }) => code)).toEqual(['CLIENT_SECRET_SHARED', 'CLIENT_SECRET_OLD']);
    rmSync(path);
    await get();
    expect(notices.map(({ code }) => code).at(-1)).toBe('CLIENT_SECRET_UNREADABLE');
  });
});
