/** An issuer that answers questions about tokens, as a test says, on a clock that the test moves. */
import { Secret } from '../errors/secret.ts';
import type { Notice } from '../runtime/notice.ts';
import type { Fetch, Runtime } from '../runtime/runtime.ts';
import { clientSecret } from './client-secret.ts';
import type { AskedRecord, IntrospectionOptions } from './introspection-options.ts';
import type { IssuerOptions } from './issuer-options.ts';
import { audience, issuer, now, recordWith, runtimeWith } from './token.test-kit.ts';

/** How the tests prove themselves. */
export const authentication = clientSecret({ clientId: 'inventory', clientSecret: new Secret('canary-secret') });

/** What the issuer says about a good token, with changes. */
export function answerWith(changes: object = {}): object {
  return { active: true, iss: issuer, aud: audience, client_id: 'orders', exp: now + 290, iat: now - 10, ...changes };
}

/** One question that the issuer got. */
export interface AskedQuestion {
  readonly url: string;
  readonly body: URLSearchParams;
  readonly headers: Headers;
}

/** The issuer, and the world around it. */
export class AskedIssuer {
  readonly questions: AskedQuestion[] = [];
  /** What was told, but for what every shared secret is told of at start. */
  readonly notices: Notice[] = [];
  readonly startNotices: Notice[] = [];
  metadataRequests = 0;
  metadata: object = { issuer, jwks_uri: `${issuer}/jwks`, introspection_endpoint: `${issuer}/introspect` };
  /** What it answers, by token. */
  answer: (token: string) => Response | Promise<Response> = () => Response.json(answerWith());
  /** Milliseconds that have passed, for both clocks. */
  passed = 0;

  readonly fetch: Fetch = async (url, init) => {
    if (url.includes('/.well-known/')) {
      this.metadataRequests += 1;
      return Response.json(this.metadata);
    }
    const body = new URLSearchParams(init?.body as string);
    this.questions.push({ url, body, headers: new Headers(init?.headers) });
    return this.answer(body.get('token') ?? '');
  };

  runtime(changes: Partial<Runtime> = {}): Runtime {
    return runtimeWith({
      clock: { now: () => now * 1000 + this.passed, monotonic: () => this.passed },
      fetch: this.fetch,
      notify: (notice) => (notice.code === 'CLIENT_SECRET_SHARED' ? this.startNotices : this.notices).push(notice),
      ...changes,
    });
  }

  codes(): readonly string[] {
    return this.notices.map(({ code }) => code);
  }
}

/** The record of an issuer that is asked. */
export function askedRecord(
  options: Partial<IntrospectionOptions> = {},
  record: Partial<IssuerOptions> = {},
): AskedRecord {
  return recordWith({ ...record, introspection: { authentication, ...options } }) as never;
}
