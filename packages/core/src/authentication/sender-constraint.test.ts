import { expect, test } from 'vitest';
import type { Confirmation } from '../token/confirmation.ts';
import { judgeSenderConstraint } from './sender-constraint.ts';

const certificate = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0';
const key = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';
const other = 'B4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0';

interface Shown {
  readonly certificate?: string;
  readonly key?: string;
}

function judged(confirmation: Confirmation | undefined, shown: Shown) {
  return judgeSenderConstraint(confirmation, { certificate: () => shown.certificate, key: shown.key });
}

test.each<[string, Confirmation | undefined, Shown, string]>([
  ['a bearer token', undefined, {}, 'none'],
  ['a bearer token over mutual TLS', undefined, { certificate }, 'none'],
  ['a token bound to the certificate', { certificate }, { certificate }, 'x5t#S256'],
  ['a token bound to the key of the proof', { key }, { key }, 'jkt'],
  ['a token bound to the key of the proof, over mutual TLS', { key }, { key, certificate: other }, 'jkt'],
  ['a token bound to both', { certificate, key }, { certificate, key }, 'x5t#S256'],
])('stands: %s', (_case, confirmation, shown, binding) => {
  expect(judged(confirmation, shown)).toEqual({ ok: true, value: binding });
});

test.each<[string, Confirmation | undefined, Shown, string]>([
  ['bound to a certificate, none shown', { certificate }, {}, 'BINDING_MISSING'],
  ['bound to a certificate, another shown', { certificate }, { certificate: other }, 'BINDING_MISMATCH'],
  ['bound to a certificate, a DPoP proof shown', { certificate }, { certificate, key }, 'BINDING_MISMATCH'],
  ['bound to a key, no proof', { key }, {}, 'BINDING_MISSING'],
  ['bound to a key, a certificate shown', { key }, { certificate }, 'BINDING_MISSING'],
  ['bound to a key, another key proven', { key }, { key: other }, 'BINDING_MISMATCH'],
  ['bound to both, no proof', { certificate, key }, { certificate }, 'BINDING_MISSING'],
  ['bound to both, no certificate', { certificate, key }, { key }, 'BINDING_MISSING'],
  ['bound to both, another certificate', { certificate, key }, { certificate: other, key }, 'BINDING_MISMATCH'],
  ['not bound, with a DPoP proof', undefined, { key }, 'BINDING_MISMATCH'],
])('refused: %s', (_case, confirmation, shown, reason) => {
  expect(judged(confirmation, shown)).toMatchObject({ ok: false, reason });
});
