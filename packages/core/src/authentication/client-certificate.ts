/**
 * Client certificates (mTLS): with a SPIFFE ID, or of a PKI whose DNS names are mapped to workloads. The TLS layer's
 * word is necessary and never enough: the path is verified again, to the bundle of the named trust domain, and the
 * window is checked on every request, because connections and resumed sessions outlive certificates.
 */
import type { TrustBundleSet, TrustBundleSource } from '../certificate/trust-bundle.ts';
import { refuse } from '../errors/outcome.ts';
import type { Authenticator, BoundAuthenticator } from './authenticator.ts';
import { createCertificateJudge } from './certificate-judge.ts';
import { checkClientCertificateOptions, type ClientCertificateOptions } from './client-certificate-options.ts';
import { withForwarding, type ForwardingParts } from './with-forwarding.ts';

/** Where no certificate with a SPIFFE ID is accepted, no name with one is. */
const noTrustDomain: TrustBundleSource = { find: () => undefined };

/**
 * Accepts client certificates.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function clientCertificate(options: ClientCertificateOptions): Authenticator {
  const settings = checkClientCertificateOptions(options);
  const { source, names, revocation, forwarding } = settings;
  return Object.freeze<Authenticator>({
    name: 'client-certificate',
    credentials: forwarding === undefined ? ['client-certificate'] : ['client-certificate', 'forwarded-certificate'],
    ...(forwarding !== undefined && { forwardedHeaders: forwarding.names }),
    waivers: settings.waivers,
    bind: (runtime) => {
      const judge = createCertificateJudge(settings, runtime);
      const direct: BoundAuthenticator = {
        authenticate: (credential) =>
          credential.kind === 'client-certificate'
            ? judge.judge(credential.peer)
            : refuse('CREDENTIAL_UNSUPPORTED', 'kind'),
        recheck: (evidence) => judge.recheck(evidence),
        ready: async () => {
          const sources = new Set([source, ...[...names.values()].map(({ pki }) => pki.source)]);
          // A source that knows when it has its first bundles is waited for.
          const loading = [...sources].map((one) => (one as Partial<TrustBundleSet> | undefined)?.ready?.());
          await Promise.all([...loading, revocation?.store.ready?.()]);
        },
      };
      if (forwarding === undefined) return direct;
      const revokes: ForwardingParts['revokes'] = (subject) => judge.judgeForwarded(subject);
      const bundles = source ?? noTrustDomain;
      return withForwarding({ direct, settings: forwarding, bundles, revokes }, runtime);
    },
  });
}
