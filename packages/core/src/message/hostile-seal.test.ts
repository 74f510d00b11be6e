/** Whatever stands in the place of a seal is refused, and nothing throws. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cloudEventIn, cloudEventMessageOf, type CloudEvent } from './cloud-event.ts';
import { kafkaMessageOf } from './kafka-message-of.ts';
import { compactJws } from '../signature/signing-key.test-kit.ts';
import { destination, expectations, found, payload, producer, producerKey, startOfTest } from './message.test-kit.ts';
import { sealType } from './message-context.ts';
import { openMessage } from './open-message.ts';
import { sealHeader } from './seal-message.ts';

test('random texts, and random pieces of a good seal, are refused', async () => {
  const [good = ''] = found().seals;
  const cut = fc.tuple(fc.nat(good.length), fc.string(), fc.nat(good.length));
  const seals = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    cut.map(([at, text, from]) => good.slice(0, at) + text + good.slice(from)),
  );
  await fc.assert(
    fc.asyncProperty(seals, async (seal) => {
      const opened = await openMessage({ seals: [seal], destination, payload }, expectations());
      expect(opened.ok).toBe(seal === good);
    }),
  );
});

test('claims of any kind under a good signature are judged, and never believed by accident', async () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const names = ['iss', 'sub', 'sub_id', 'act', 'aud', 'iat', 'exp', 'jti', 'tenant', 'scope', 'trace', 'msg'] as const;
  const [name, value] = [fc.constantFrom(...names), json];
  await fc.assert(
    fc.asyncProperty(name, value, async (claim, anything) => {
      const iat = startOfTest / 1000;
      const claims = { iss: producer, aud: destination, iat, exp: iat + 60, jti: 'a', msg: {}, [claim]: anything };
      const header = { typ: sealType, alg: 'ES256', kid: producerKey.keyId };
      const message = { seals: [compactJws(header, claims, producerKey)], destination, payload };
      const opened = await openMessage(message, expectations());
      // No message without the digest of its bytes.
      expect(opened.ok).toBe(false);
    }),
  );
});

test('headers and attributes of any shape are read without a throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.anything(), fc.anything(), fc.jsonValue(), async (headers, value, json) => {
      const message = { key: value, value, headers: { [sealHeader]: headers } };
      const record = await openMessage(kafkaMessageOf({ topic: 'a', message }), expectations());
      expect(record.ok).toBe(false);
      const event = { ...Object(json), s2sctx: json, type: json } as CloudEvent;
      expect((await openMessage(cloudEventMessageOf(event, 'kafka:a'), expectations())).ok).toBe(false);
      const binary = cloudEventIn({ 'ce-s2sctx': headers, 'ce-id': value }, payload);
      expect((await openMessage(cloudEventMessageOf(binary, 'kafka:a'), expectations())).ok).toBe(false);
    }),
  );
});
