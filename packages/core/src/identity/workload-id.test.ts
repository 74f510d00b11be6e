import { expect, test } from 'vitest';
import { isWorkloadId, oauthWorkloadId } from './workload-id.ts';

test.each([
  'spiffe://prod.test/orders',
  'oauth:https://issuer.test#orders',
  oauthWorkloadId('https://issuer.test/tenant', 'client:with/marks'),
  'k8s:east/prod/orders',
  'apikey:key-1',
  'hmac:key-1',
])('%s is the id of a workload', (id) => expect(isWorkloadId(id)).toBe(true));

test.each([
  ['nothing', ''],
  ['a bare name', 'orders'],
  ['the id of a trust domain', 'spiffe://prod.test'],
  ['a SPIFFE ID that breaks the grammar', 'spiffe://prod.test/a/../b'],
  ['a pattern', 'spiffe://prod.test/*'],
  ['another scheme', 'https://prod.test/orders'],
  ['a scheme in upper case', 'OAUTH:https://issuer.test#orders'],
  ['no client', 'oauth:https://issuer.test'],
  ['an empty client', 'oauth:https://issuer.test#'],
  ['no issuer', 'oauth:#orders'],
  ['a space', 'oauth:https://issuer.test#or ders'],
  ['a line feed', 'oauth:https://issuer.test#orders\n'],
  ['a letter outside ASCII', 'apikey:schlüssel'],
  ['an empty key id', 'apikey:'],
  ['no service account', 'k8s:east/prod'],
  ['an empty namespace', 'k8s:east//orders'],
  ['2,049 characters', `apikey:${'k'.repeat(2042)}`],
])('%s is not', (_title, id) => expect(isWorkloadId(id)).toBe(false));
