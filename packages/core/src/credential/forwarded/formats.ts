/**
 * The formats in which proxies tell of the certificate of their client: which headers they use, and how those are read.
 * One row for each. What is written to be empty, or not at all, by a proxy whose client had no certificate is nobody;
 * what is half there is refused.
 */
import type { X509Certificate } from 'node:crypto';
import { accept, refuse, type Outcome } from '../../errors/outcome.ts';
import type { ForwardedFormat } from '../forwarded-caller.ts';
import { parseBase64Certificate } from './base64-der.ts';
import { leafLimit, type CertificateChain } from './certificate-bytes.ts';
import type { XfccTrust } from './choose-xfcc-element.ts';
import { parseClientCert, parseClientCertChain } from './client-cert.ts';
import { parseEncodedPem } from './encoded-pem.ts';
import type { ForwardedClaim } from './forwarded-claim.ts';
import { parseLinkerdClientId } from './linkerd-client-id.ts';
import { malformed } from './malformed.ts';
import { readXfcc } from './read-xfcc.ts';
import { parseTraefikCert } from './traefik-cert.ts';

/** What a header carries. */
export type HeaderRole = 'certificate' | 'chain' | 'verify' | 'id';

/** The value of each header that came, one for each field line. Only `chain` may have more than one. */
export type HeaderValues = Readonly<Partial<Record<HeaderRole, readonly string[]>>>;

/** What some formats need to know. */
export interface FormatTrust extends XfccTrust {
  /** Linkerd: the name of the cluster in workload ids, and the domain of its identities. */
  readonly cluster: string;
  readonly identityDomain: string;
}

/** A format. */
export interface FormatRow {
  /** The headers, lower case, unless the options say otherwise. */
  readonly headers: Readonly<Partial<Record<HeaderRole, string>>>;
  /** Headers that come along and are not read. */
  readonly beside?: readonly string[];
  /** The operator of the proxy chooses the names. */
  readonly isRenamable?: true;
  /** Reads what came; undefined when the client had no certificate. */
  readonly read: (values: HeaderValues, trust: FormatTrust) => Outcome<ForwardedClaim | undefined>;
}

function claimOf(chain: Outcome<CertificateChain>): Outcome<ForwardedClaim> {
  return chain.ok ? accept({ kind: 'certificate', chain: chain.value, element: 1 }) : chain;
}

function aloneOf(certificate: Outcome<X509Certificate>): Outcome<CertificateChain> {
  return certificate.ok ? accept([certificate.value] as const) : certificate;
}

/** One certificate as percent-encoded PEM. */
function leafOf(header: string): Outcome<CertificateChain> {
  if (header.length > leafLimit) return malformed('pem', `at most ${leafLimit} characters`);
  const chain = parseEncodedPem(header);
  return chain.ok && chain.value.length > 1 ? malformed('pem', 'one certificate') : chain;
}

const nobody = accept(undefined);

/** A certificate beside the word of the proxy on it. `good` is that word, `none` what it says when there is none. */
function judged(
  good: string,
  none: readonly string[],
  read: (header: string) => Outcome<CertificateChain>,
): FormatRow['read'] {
  return ({ certificate: [header = ''] = [], verify: [word] = [] }) => {
    if (header === '' && (word === undefined || none.includes(word))) return nobody;
    if (word === undefined) return malformed('verify', 'the word of the proxy on the certificate');
    if (word !== good) return refuse('CERTIFICATE_UNTRUSTED', 'verify', { expected: good, actual: word });
    return header === '' ? malformed('certificate', 'a certificate') : claimOf(read(header));
  };
}

/** A format with one header. */
function single(
  role: HeaderRole,
  read: (header: string, trust: FormatTrust) => Outcome<ForwardedClaim | undefined>,
): FormatRow['read'] {
  return (values, trust) => {
    const [header] = values[role] ?? [];
    return header === undefined ? nobody : read(header, trust);
  };
}

/** Caddy leaves a placeholder as it is where there is no certificate to put into its place. */
const caddyPlaceholder = '{http.request.tls.client.certificate_der_base64}';
const amazon = 'x-amzn-mtls-clientcert';

/** The table. */
export const formats: Readonly<Record<ForwardedFormat, FormatRow>> = {
  xfcc: { headers: { certificate: 'x-forwarded-client-cert' }, read: single('certificate', readXfcc) },
  'client-cert': {
    headers: { certificate: 'client-cert', chain: 'client-cert-chain' },
    read: ({ certificate: [header] = [], chain }) => {
      // RFC 9440 §2.3: the chain never comes alone.
      if (header === undefined) return chain === undefined ? nobody : malformed('Client-Cert', 'beside the chain');
      const leaf = parseClientCert(header);
      if (!leaf.ok || chain === undefined) return claimOf(aloneOf(leaf));
      const rest = parseClientCertChain(chain);
      return rest.ok ? claimOf(accept([leaf.value, ...rest.value] as const)) : rest;
    },
  },
  nginx: {
    headers: { certificate: 'x-ssl-client-cert', verify: 'x-ssl-client-verify' },
    isRenamable: true,
    read: judged('SUCCESS', ['NONE'], leafOf),
  },
  haproxy: {
    headers: { certificate: 'x-ssl-client-der', verify: 'x-ssl-client-verify' },
    isRenamable: true,
    // HAProxy says 0 for "no error" also where there is no certificate.
    read: judged('0', ['0', ''], (header) => aloneOf(parseBase64Certificate(header))),
  },
  caddy: {
    headers: { certificate: 'x-client-cert-der' },
    isRenamable: true,
    read: single('certificate', (header) =>
      header === '' || header === caddyPlaceholder ? nobody : claimOf(aloneOf(parseBase64Certificate(header))),
    ),
  },
  traefik: {
    headers: { certificate: 'x-forwarded-tls-client-cert' },
    beside: ['x-forwarded-tls-client-cert-info'],
    read: single('certificate', (header) => claimOf(parseTraefikCert(header))),
  },
  'l5d-client-id': {
    headers: { id: 'l5d-client-id' },
    read: single('id', (header, { cluster, identityDomain }) => {
      const parsed = parseLinkerdClientId(header);
      if (!parsed.ok) return parsed;
      const { value } = parsed;
      if (value.kind === 'spiffe-id') {
        return accept({ kind: 'name', name: { id: value.id.text, trustDomain: value.id.trustDomain }, element: 1 });
      }
      if (value.identityDomain !== identityDomain) {
        return refuse('CERTIFICATE_UNTRUSTED', 'l5d-client-id', {
          expected: identityDomain,
          actual: value.identityDomain,
        });
      }
      const id = `k8s:${cluster}/${value.namespace}/${value.serviceAccount}`;
      return accept({ kind: 'name', name: { id, trustDomain: identityDomain }, element: 1 });
    }),
  },
  'aws-alb': {
    headers: { certificate: `${amazon}-leaf` },
    beside: ['serial-number', 'issuer', 'subject', 'validity'].map((name) => `${amazon}-${name}`),
    read: single('certificate', (header) => claimOf(leafOf(header))),
  },
  // Here the load balancer verified nothing: the chain is ours to judge, as it always is.
  'aws-alb-passthrough': {
    headers: { certificate: amazon },
    read: single('certificate', (header) => claimOf(parseEncodedPem(header))),
  },
};

/** The names of all formats, their companions among them. */
export const forwardedHeaderNames: readonly string[] = Object.freeze([
  ...new Set(Object.values(formats).flatMap(({ headers, beside = [] }) => [...Object.values(headers), ...beside])),
]);
