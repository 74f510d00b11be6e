/**
 * Token exchange (RFC 8693): the token of a subject for one towards one service, with this service as the actor. One
 * service per exchange: with several, every scope would be good at each of them (§2.1). The token of the subject goes to
 * the issuer and to nobody else.
 */
import type { SubjectToken } from '@countersign/core';
import { checkAudience } from '../issuer/check-audience.ts';
import type {
  BoundCredentialSource,
  BoundOnBehalfOfSource,
  ClientRuntime,
  OnBehalfOfSource,
} from '../credential/credential-source.ts';
import { bindExchange, type ExchangeGrant } from './exchange-source.ts';
import { judgeIssuedType, tokenTypeUri, type ExchangeTokenType } from '../issuer/token-type.ts';
import { checkTokenExchange, type TokenExchangeOptions, type TokenExchangeSettings } from './token-exchange-options.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** What the actor is asked with. It is whatever its source gives at that moment: the source keeps it fresh. */
async function actorParameters(
  actor: BoundCredentialSource,
  tokenType: ExchangeTokenType,
): Promise<Record<string, string>> {
  const { token } = await actor.credential({});
  return { actor_token: token.expose(), actor_token_type: tokenTypeUri(tokenType) };
}

function bind(settings: TokenExchangeSettings, runtime: ClientRuntime): BoundOnBehalfOfSource {
  const { exchange, subjectTokenType, requestedTokenType, actor } = settings;
  const { scopes, endpoint } = exchange;
  checkAudience('tokenExchange', endpoint, runtime.audience);
  const requested = tokenTypeUri(requestedTokenType);
  const own = actor && actor.credentials.bind({ ...runtime, audience: actor.audience });
  const grant: ExchangeGrant = {
    settings: exchange,
    growsChain: true,
    grantType,
    parametersFor: async (subject: SubjectToken) => ({
      [endpoint.audienceParameter]: runtime.audience,
      requested_token_type: requested,
      subject_token: subject.token.expose(),
      subject_token_type: tokenTypeUri(subjectTokenType),
      ...(actor !== undefined && own !== undefined && (await actorParameters(own, actor.tokenType))),
    }),
    judgeAnswer: (answer) => judgeIssuedType(answer, requested),
    isWithin: (scope) => scopes.includes(scope),
    close: async () => own?.close?.(),
  };
  return bindExchange(grant, runtime);
}

/**
 * Credentials for the subjects of requests, by token exchange.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function tokenExchange(options: TokenExchangeOptions): OnBehalfOfSource {
  const settings = checkTokenExchange(options);
  return Object.freeze<OnBehalfOfSource>({ bindOnBehalfOf: (runtime) => bind(settings, runtime) });
}
