import { describe, expect, test } from 'vitest';
import { reasons, type ReasonRow } from './reason.ts';

const rows: readonly [string, ReasonRow][] = Object.entries(reasons);

describe.each(rows)('%s', (code, row) => {
  test('has a meaning and a fix of a sentence or more', () => {
    expect(row.meaning).toMatch(/^[A-Z].{15,}\.$/);
    expect(row.fix).toMatch(/^[A-Z].{15,}\.$/);
  });

  test('has a public sentence that fits an error_description (RFC 6750 section 3) and names no code', () => {
    expect(row.publicSentence).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(row.publicSentence).not.toContain(code);
  });

  test('blames its owner with the right status', () => {
    const allowed = { caller: [400, 401, 403], dependency: [503], service: [403, 500] }[row.owner];
    expect(allowed).toContain(row.status);
  });

  test('names an OAuth error only with its status (RFC 6750 section 3.1, RFC 9449 section 7.1, RFC 9470 section 3)', () => {
    const status = {
      invalid_request: 400,
      invalid_token: 401,
      insufficient_scope: 403,
      invalid_dpop_proof: 401,
      use_dpop_nonce: 401,
      insufficient_user_authentication: 401,
    };
    if (row.oauthError !== null) expect(status[row.oauthError]).toBe(row.status);
    else expect(row.oauthError).toBeNull();
  });
});
