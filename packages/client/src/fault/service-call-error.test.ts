import { expect, test } from 'vitest';
import { ServiceCallError, type CallFaultDetail } from './service-call-error.ts';

const meaning = 'The issuer refused to give a token.';

test.each<[CallFaultDetail, string]>([
  [{}, meaning],
  [{ actual: 'status 400' }, `${meaning} Found status 400.`],
  [{ expected: 'https', actual: 'http' }, `${meaning} Expected https, found http.`],
  [{ check: 'scope', expected: 'a', actual: 'b' }, `${meaning} Check scope, expected a, found b.`],
  [{ actual: 'one\nFix: two' }, `${meaning} Found one?Fix: two.`],
])('the message tells what happened, what was checked, the code and the fix: %j', (detail, told) => {
  const error = new ServiceCallError('CREDENTIAL_REFUSED', detail);
  expect(error.message).toBe(`${told} (CREDENTIAL_REFUSED) Fix: ${error.fix}`);
});
