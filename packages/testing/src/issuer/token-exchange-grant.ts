/**
 * The grant `token-exchange` (RFC 8693): a token that a service has received, for a narrower one towards the next. The
 * client becomes the outermost actor, and who acted before stands inside (§4.1). A subject or actor token that is not
 * good is `invalid_request` (§2.2.2), and `may_act` is honoured (§4.4). The new token ends no later than the old one.
 */
import type { TokenEndpointGrantContext } from 'oidc-provider';
import { scopeList } from './client-credentials-grant.ts';
import { decideExchange } from './exchange-policy.ts';
import type { TokenPress } from './issue-token.ts';
import { resourceOf, type IssuerSetup } from './issuer-setup.ts';
import { presentedTokens, type PresentedToken } from './presented-token.ts';
import { senderBindings, type ProviderErrors } from './sender-binding.ts';

/** The parameters of a request (RFC 8693 §2.1). */
export const exchangeParameters = [
  'resource',
  'audience',
  'scope',
  'requested_token_type',
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
] as const;

type Parameters = Readonly<Partial<Record<(typeof exchangeParameters)[number], unknown>>>;

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const jwtType = 'urn:ietf:params:oauth:token-type:jwt';
const presentable: readonly unknown[] = [accessTokenType, jwtType];

/** Makes the handler. */
export function tokenExchangeGrant(setup: IssuerSetup, press: TokenPress, errors: ProviderErrors) {
  const { issuer, clients, exchange, clock, tokenLifetimeSeconds } = setup;
  const { InvalidRequest, InvalidScope, InvalidTarget, UnauthorizedClient } = errors;
  const bindingOf = senderBindings(setup, errors);
  const read = presentedTokens(setup);

  function targetOf({ resource, audience }: Parameters): string {
    const targets = [...new Set([resource ?? [], audience ?? []].flat())];
    const [target] = targets;
    // Several targets would get every scope each (§2.1), which nobody should ask for.
    if (targets.length !== 1 || typeof target !== 'string') throw new InvalidTarget('name one resource or audience');
    return target;
  }

  async function subjectOf({ subject_token: token, subject_token_type: type }: Parameters, clientId: string) {
    const subject = typeof token === 'string' && presentable.includes(type) ? await read(token) : undefined;
    if (subject === undefined) throw new InvalidRequest('the subject token is not acceptable');
    const client = clients.find((one) => one.clientId === clientId);
    const own = [clientId, ...(client?.audiences ?? client?.introspects ?? [])];
    // Who got hold of a token that is for somebody else is to gain nothing by it.
    if (!own.includes(subject.audience)) throw new InvalidRequest('the subject token is for another service');
    return subject;
  }

  /** Who acts: the client, or whom its actor token is about. */
  async function actorOf({ actor_token: token, actor_token_type: type }: Parameters, clientId: string) {
    if (token === undefined && type === undefined) return clientId;
    const actor = typeof token === 'string' && presentable.includes(type) ? await read(token) : undefined;
    if (actor === undefined || actor.clientId !== clientId)
      throw new InvalidRequest('the actor token is not acceptable');
    return actor.subject;
  }

  function assertMayAct({ mayAct }: PresentedToken, actor: string): void {
    if (mayAct === undefined) return;
    const { sub, iss = issuer } = mayAct as { readonly sub?: unknown; readonly iss?: unknown };
    if (sub !== actor || iss !== issuer) throw new InvalidRequest('the subject token names another actor');
  }

  return async (context: TokenEndpointGrantContext): Promise<void> => {
    const { client, params } = context.oidc;
    const { clientId } = client;
    const requestedType = params['requested_token_type'] ?? accessTokenType;
    if (!presentable.includes(requestedType)) throw new InvalidRequest('this type of token is not issued here');
    const audience = targetOf(params);
    const subject = await subjectOf(params, clientId);
    const actor = await actorOf(params, clientId);
    assertMayAct(subject, actor);
    const resource = resourceOf(setup, audience);
    if (resource === undefined) throw new InvalidTarget();
    const decision = decideExchange(exchange, {
      actor,
      subject: subject.subject,
      carried: subject.scopes,
      audience,
      requested: scopeList(params.scope),
    });
    if ('error' in decision) {
      const { error, description } = decision;
      if (error === 'invalid_scope') throw new InvalidScope(description, params.scope ?? '');
      if (error === 'invalid_target') throw new InvalidTarget(description);
      throw error === 'unauthorized_client' ? new UnauthorizedClient(description) : new InvalidRequest(description);
    }
    const issued = await press.issue({
      client,
      subject: subject.subject,
      audience,
      format: requestedType === jwtType ? 'jwt' : (resource.tokenFormat ?? 'jwt'),
      scopes: decision.scopes,
      lifetimeSeconds: Math.min(tokenLifetimeSeconds, subject.expiresAt - clock.seconds()),
      binding: await bindingOf(context),
      claims: { ...subject.kept, act: { sub: actor, ...(subject.act !== undefined && { act: subject.act }) } },
    });
    context.body = { ...issued, issued_token_type: requestedType };
  };
}
