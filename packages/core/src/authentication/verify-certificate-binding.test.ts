import { describe, expect, test } from 'vitest';
import { root, svid } from '../certificate/certificate.test-kit.ts';
import { thumbprintOf } from '../certificate/thumbprint.ts';
import { verifyCertificateBinding } from './verify-certificate-binding.ts';

const authority = root();
const { certificate, pem, raw } = svid(authority, { name: 'orders' });
const other = svid(authority, { name: 'web' });
const thumbprint = thumbprintOf(certificate);
const jkt = 'A'.repeat(43);
const cnf = { 'x5t#S256': thumbprint };

describe('a token bound to a certificate', () => {
  test.each([
    ['the certificate', certificate],
    ['its PEM', pem],
    ['its DER', raw],
  ])('%s proves it', (_case, shown) => {
    expect(verifyCertificateBinding(cnf, shown)).toEqual({ ok: true, value: { certificate: thumbprint } });
  });

  test('claims are as good as their cnf, and a second key is still to be proven', () => {
    const value = { certificate: thumbprint, key: jkt };
    expect(verifyCertificateBinding({ sub: 'a', cnf: { ...cnf, jkt } }, certificate)).toEqual({ ok: true, value });
  });

  test.each<[string, unknown, Parameters<typeof verifyCertificateBinding>[1], string]>([
    ['another certificate of the same authority', cnf, other.certificate, 'BINDING_MISMATCH'],
    ['the authority itself', cnf, authority.certificate, 'BINDING_MISMATCH'],
    ['no certificate', cnf, undefined, 'BINDING_MISSING'],
    ['no certificate at all', cnf, 'a text', 'CERTIFICATE_PROFILE_VIOLATED'],
    ['bytes of another kind', cnf, Buffer.from('3000', 'hex'), 'CERTIFICATE_PROFILE_VIOLATED'],
    ['a token that is not bound', undefined, certificate, 'BINDING_MISSING'],
    ['claims without cnf', { cnf: undefined }, certificate, 'BINDING_MISSING'],
    ['a token bound to another kind of key', { jkt }, certificate, 'BINDING_MISSING'],
    ['a method that nobody knows', { ...cnf, jwk: {} }, certificate, 'BINDING_MISMATCH'],
    ['the hexadecimal fingerprint', { 'x5t#S256': certificate.fingerprint256 }, certificate, 'BINDING_MISMATCH'],
    ['an empty cnf', {}, certificate, 'BINDING_MISMATCH'],
    ['a list', [cnf], certificate, 'BINDING_MISMATCH'],
  ])('%s does not', (_case, given, shown, reason) => {
    expect(verifyCertificateBinding(given, shown)).toMatchObject({ ok: false, reason });
  });
});
