/** An issuer may grant fewer scopes than were asked for (RFC 6749 §3.3). The token is used, and the operator is told. */
import type { ClientNoticeSink } from '../fault/client-notice.ts';
import type { TokenAnswer } from './token-answer.ts';

/** Tells which of these scopes the answer lacks, if any. An answer that names none grants them all (§5.1). */
export function tellNarrowed(
  { scopes: granted }: Pick<TokenAnswer, 'scopes'>,
  asked: readonly string[],
  notify: ClientNoticeSink,
): void {
  const missing = granted === undefined ? [] : asked.filter((scope) => !granted.includes(scope));
  if (missing.length === 0) return;
  const facts = { missing: missing.join(' ') };
  notify({ code: 'TOKEN_SCOPES_NARROWED', level: 'warn', message: 'The issuer gave fewer scopes.', facts });
}
