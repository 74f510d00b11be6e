/** Writes access tokens through `oidc-provider`, as JWTs (RFC 9068) or opaque, dated by the clock of the issuer. */
import type { Client, Provider } from 'oidc-provider';
import type { IssuerSetup } from './issuer-setup.ts';
import type { SenderBinding } from './sender-binding.ts';

/** The token to issue. */
export interface TokenOrder {
  readonly client: Client;
  /** Absent: the client itself. */
  readonly subject?: string;
  readonly audience: string;
  readonly format: 'jwt' | 'opaque';
  readonly scopes: readonly string[];
  readonly lifetimeSeconds: number;
  readonly binding: SenderBinding;
  /** Further claims. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** As it is told to the client (RFC 6749 §5.1). */
export interface IssuedToken {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope?: string;
}

/** Issues tokens, and knows the further claims of those it is just issuing. */
export interface TokenPress {
  issue(order: TokenOrder): Promise<IssuedToken>;
  /** For `extraTokenClaims` of the server. */
  claimsOf(token: object): Record<string, unknown> | undefined;
}

/** Makes it. The server is asked for when there is something to issue, since it is made with this. */
export function createTokenPress({ keys, clock }: IssuerSetup, provider: () => Provider): TokenPress {
  const { algorithm, keyId } = keys[0];
  const further = new WeakMap<object, Record<string, unknown>>();
  return {
    claimsOf: (token) => further.get(token),
    issue: async ({ client, subject, audience, format, scopes, lifetimeSeconds, binding, claims = {} }) => {
      const { AccessToken, ClientCredentials, ResourceServer } = provider();
      const iat = clock.seconds();
      const scope = scopes.join(' ');
      const resourceServer = new ResourceServer(audience, {
        audience,
        scope,
        accessTokenFormat: format,
        jwt: { sign: { alg: algorithm as 'ES256', kid: keyId } },
      });
      const content = { client, resourceServer, iat, exp: iat + lifetimeSeconds, ...(scope !== '' && { scope }) };
      const token =
        subject === undefined
          ? new ClientCredentials(content)
          : new AccessToken({ ...content, accountId: subject } as unknown as ConstructorParameters<
              typeof AccessToken
            >[0]);
      if (binding !== undefined && 'jkt' in binding) token.setThumbprint('jkt', binding.jkt);
      if (binding !== undefined && 'certificate' in binding) token.setThumbprint('x5t', binding.certificate);
      further.set(token, { ...claims });
      const value = await token.save();
      return {
        access_token: value,
        token_type: token.tokenType,
        expires_in: lifetimeSeconds,
        ...(scope !== '' && { scope }),
      };
    },
  };
}
