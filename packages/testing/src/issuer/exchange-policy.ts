/**
 * Who may act for whom, towards what (RFC 8693), as data. A pure decision: granted is what was asked for, as far as the
 * subject token carries it and the rule allows it. What a rule does not name is refused.
 */

/** One line of the policy. */
export interface ExchangeRule {
  /** The client that asks, and acts from then on. */
  readonly actor: string;
  /** Subjects it may act for. Default: everybody. */
  readonly for?: readonly string[];
  /** The service that the new token is for. */
  readonly audience: string;
  /** The most that the new token carries. */
  readonly scopes: readonly string[];
  /**
   * For scopes that the subject token does not have by name: scopes of the subject of which one is enough, e.g.
   * `{ 'orders:write': ['checkout:write'] }`.
   */
  readonly within?: Readonly<Record<string, readonly string[]>>;
  /** Scopes that every answer carries, asked for or not: for tests of clients, which must notice. Default: none. */
  readonly widen?: readonly string[];
}

/** What one exchange asks for. */
export interface ExchangeQuestion {
  readonly actor: string;
  /** Who the subject token is about. */
  readonly subject: string;
  /** What the subject token carries. */
  readonly carried: readonly string[];
  readonly audience: string;
  /** Absent: as much as there is. */
  readonly requested: readonly string[] | undefined;
}

/** Why not, as an error code of RFC 6749 §5.2 or RFC 8693 §2.2.2. */
export interface ExchangeRefusal {
  readonly error: 'unauthorized_client' | 'invalid_target' | 'invalid_request' | 'invalid_scope';
  readonly description: string;
}

/** What is granted. */
export interface ExchangeGrant {
  readonly scopes: readonly string[];
}

function no(error: ExchangeRefusal['error'], description: string): ExchangeRefusal {
  return { error, description };
}

function grantScopes(rule: ExchangeRule, { carried, requested }: ExchangeQuestion): ExchangeGrant | ExchangeRefusal {
  const { scopes: allowed, within = {}, widen = [] } = rule;
  const isCarried = (scope: string): boolean =>
    carried.includes(scope) || within[scope]?.some((one) => carried.includes(one)) === true;
  const beyond = (requested ?? []).filter((scope) => !isCarried(scope) && !widen.includes(scope));
  // Not left out in silence: who asks for more than the subject has given is to learn it.
  if (beyond.length > 0) return no('invalid_scope', `the subject token does not carry ${beyond.join(' ')}`);
  const narrowed = (requested ?? allowed).filter((scope) => isCarried(scope) && allowed.includes(scope));
  const granted = [...new Set([...narrowed, ...widen])];
  return granted.length > 0 ? { scopes: granted } : no('invalid_scope', 'nothing that was asked for is allowed there');
}

/** Decides. The first rule that names actor, audience and subject is the one that counts. */
export function decideExchange(
  rules: readonly ExchangeRule[],
  question: ExchangeQuestion,
): ExchangeGrant | ExchangeRefusal {
  const own = rules.filter(({ actor }) => actor === question.actor);
  if (own.length === 0) return no('unauthorized_client', 'the client may not exchange tokens');
  const there = own.filter(({ audience }) => audience === question.audience);
  if (there.length === 0) return no('invalid_target', 'the client may not act there');
  const rule = there.find(({ for: subjects }) => subjects?.includes(question.subject) ?? true);
  if (rule === undefined) return no('invalid_request', 'the client may not act for this subject');
  return grantScopes(rule, question);
}
