/** Judges who a token is for: texts that are compared to the letter, ours among them (RFC 7519 §4.1.3). */
import { accept, refuse, type Outcome } from '../errors/outcome.ts';
import type { JsonObject, JsonValue } from '../signature/strict-json.ts';
import type { IssuerRecord } from './issuer.ts';

const maximumAudiences = 100;

/** Whether a claim is a text that is not empty. */
export function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

/** Judges who the token is for: exactly texts, ours among them. */
export function judgeAudience(
  aud: JsonValue | undefined,
  own: readonly string[],
  record: Pick<IssuerRecord, 'multipleAudiences'>,
): Outcome<readonly string[]> {
  const list = typeof aud === 'string' ? [aud] : aud;
  if (!Array.isArray(list) || list.length === 0 || list.length > maximumAudiences) {
    return refuse('TOKEN_AUDIENCE_MISMATCH', 'aud', { expected: own.join(' or ') });
  }
  // One element that is no text makes the claim ambiguous, whatever stands beside it.
  if (!list.every(isText)) {
    return refuse('TOKEN_AUDIENCE_MISMATCH', 'aud', { expected: 'texts only' });
  }
  if (!list.some((one) => own.includes(one))) {
    return refuse('TOKEN_AUDIENCE_MISMATCH', 'aud', { expected: own.join(' or '), actual: list.slice(0, 3).join(' ') });
  }
  if (list.length > 1 && !record.multipleAudiences) {
    return refuse('TOKEN_AUDIENCE_MISMATCH', 'aud', { expected: 'one audience', actual: `${list.length} audiences` });
  }
  return accept(list);
}

const none = accept<readonly string[]>(Object.freeze([]));

/** Judges who the token is for by its issuer record: by audience, and by client where tokens name no audience. */
export function judgeRecipient(
  claims: JsonObject,
  record: IssuerRecord,
  service: readonly string[],
): Outcome<readonly string[]> {
  const { aud, client_id: clientId } = claims;
  if (record.clientIds !== undefined && !(isText(clientId) && record.clientIds.includes(clientId))) {
    return refuse('TOKEN_AUDIENCE_MISMATCH', 'client_id', { expected: 'one of clientIds' });
  }
  if (aud === undefined && record.profile.audienceOptional === true && record.clientIds !== undefined) return none;
  return judgeAudience(aud, record.audience ?? service, record);
}
