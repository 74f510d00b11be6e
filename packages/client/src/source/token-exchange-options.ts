/** The options of `tokenExchange`, checked once: every fault in one error, with the fix. */
import { FaultCollector } from '@countersign/core';
import type { ExchangeTokenType } from '../issuer/token-type.ts';
import { isCredentialSource, type CredentialSource } from '../credential/credential-source.ts';
import { assertGrantOptions } from '../issuer/assert-grant-options.ts';
import { checkExchange, exchangeOptionNames, type ExchangeOptions, type ExchangeSettings } from './exchange-options.ts';

/** This service as actor, by a token of its own (RFC 8693 §2.1). */
export interface ExchangeActor {
  /** Where that token comes from: client credentials, a service token, a JWT-SVID. */
  readonly credentials: CredentialSource;
  /** Default `access_token`. For tokens that this service or its platform has signed: `jwt`. */
  readonly tokenType?: ExchangeTokenType | undefined;
  /** Audience of that token. Default: the issuer. */
  readonly audience?: string | undefined;
}

/** The actor after the check. */
export interface ExchangeActorSettings {
  readonly credentials: CredentialSource;
  readonly tokenType: ExchangeTokenType;
  readonly audience: string;
}

/** Options of `tokenExchange`. */
export interface TokenExchangeOptions extends ExchangeOptions {
  /** Default `access_token`. For tokens of another issuer (`subjectIssuers`): `jwt`. */
  readonly subjectTokenType?: ExchangeTokenType | undefined;
  /** What to ask for. The answer must be of this type. Default `access_token`. */
  readonly requestedTokenType?: ExchangeTokenType | undefined;
  /** Default: none. The issuer then knows who acts from `clientAuthentication`. */
  readonly actor?: ExchangeActor | undefined;
}

/** The options after the check. */
export interface TokenExchangeSettings {
  readonly exchange: ExchangeSettings;
  readonly subjectTokenType: ExchangeTokenType;
  readonly requestedTokenType: ExchangeTokenType;
  readonly actor: ExchangeActorSettings | undefined;
}

const known = [...exchangeOptionNames, 'subjectTokenType', 'requestedTokenType', 'actor'];
const tokenTypes: readonly unknown[] = ['access_token', 'jwt'];
const otherTypes = 'write access_token or jwt';

function checkActor(faults: FaultCollector, actor: ExchangeActor, issuer: string): ExchangeActorSettings {
  const { credentials, tokenType = 'access_token', audience = issuer } = actor ?? {};
  if (typeof actor === 'object' && actor !== null) {
    faults.onlyKnown(actor, ['credentials', 'tokenType', 'audience'], 'actor.');
  }
  if (!isCredentialSource(credentials)) {
    faults.add('CONFIG_INVALID', 'actor.credentials', 'is not a source', 'pass clientCredentials({ … }), or another');
  }
  if (!tokenTypes.includes(tokenType)) faults.add('CONFIG_INVALID', 'actor.tokenType', 'is not understood', otherTypes);
  if (typeof audience !== 'string' || audience === '') {
    faults.add(
      'CONFIG_INVALID',
      'actor.audience',
      'is not a text',
      'leave it out, or write what its tokens carry in aud',
    );
  }
  return Object.freeze({ credentials, tokenType, audience });
}

/**
 * Checks the options.
 * @throws {ConfigurationError} with every fault.
 */
export function checkTokenExchange(options: TokenExchangeOptions): TokenExchangeSettings {
  const faults = new FaultCollector('tokenExchange');
  assertGrantOptions(faults, options);
  faults.onlyKnown(options, known);
  const { subjectTokenType = 'access_token', requestedTokenType = 'access_token', actor, issuer } = options;
  for (const [name, type] of Object.entries({ subjectTokenType, requestedTokenType })) {
    if (!tokenTypes.includes(type)) faults.add('CONFIG_INVALID', name, 'is not understood', otherTypes);
  }
  const exchange = checkExchange(faults, options);
  const settings = {
    exchange,
    subjectTokenType,
    requestedTokenType,
    actor: actor === undefined ? undefined : checkActor(faults, actor, issuer),
  };
  faults.throwIfAny();
  return Object.freeze<TokenExchangeSettings>(settings);
}
