/**
 * Asks a bundle endpoint that proves a SPIFFE ID (SPIFFE Federation §5.2.2): its certificate must be an X.509-SVID with
 * exactly that id, verified by the bundle in hand. The host name plays no part. Nothing is sent to another server.
 */
import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';
import { readSvidLeaf, verifyX509Svid, type Clock, type TrustBundle } from '@countersign/core';
import type { OpenUrl } from './fetch-document.ts';

/** Whom to expect. */
export interface SpiffeEndpoint {
  readonly spiffeId: string;
  /** The bundle that verifies it now. */
  readonly bundle: () => TrustBundle;
  readonly clock: Clock;
}

const maximumIntermediates = 8;

/** The certificates above the leaf, as TLS shows them. The last one issues itself. */
function intermediatesOf(leaf: DetailedPeerCertificate): readonly X509Certificate[] {
  const found: X509Certificate[] = [];
  let below = leaf;
  while (found.length <= maximumIntermediates) {
    // Typed as always there, which it is not.
    const above: DetailedPeerCertificate | undefined = below.issuerCertificate;
    if (above === undefined || above.raw.equals(below.raw)) break;
    found.push(new X509Certificate(above.raw));
    below = above;
  }
  return found;
}

/** The check that stops the connection with an error; the code is told on. */
function judge(certificate: PeerCertificate, { spiffeId, bundle, clock }: SpiffeEndpoint): Error | undefined {
  const refused = (): Error => Object.assign(new Error('untrusted'), { code: 'ENDPOINT_UNTRUSTED' });
  try {
    const leaf = readSvidLeaf(new X509Certificate(certificate.raw), {
      usage: 'server',
      allowMissingExtendedKeyUsage: true,
    });
    if (!leaf.ok || leaf.value.spiffeId.text !== spiffeId) return refused();
    const intermediates = intermediatesOf(certificate as DetailedPeerCertificate);
    const expected = { bundle: bundle(), now: clock.now(), usage: 'server' } as const;
    return verifyX509Svid({ leaf: leaf.value, intermediates, ...expected }).ok ? undefined : refused();
  } catch {
    return refused();
  }
}

/** Makes what asks. */
export function openSpiffeUrl(endpoint: SpiffeEndpoint): OpenUrl {
  return (url, signal) =>
    new Promise((resolve, reject) => {
      const outgoing = request(url, {
        ca: endpoint.bundle().authorities.map((authority) => authority.toString()),
        // A connection of its own: a session that is resumed would carry the identity of an older handshake.
        agent: false,
        // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        headers: { accept: 'application/json' },
        signal,
        checkServerIdentity: (_host, certificate) => judge(certificate, endpoint),
      });
      outgoing.on('error', reject);
      outgoing.on('response', (answer) => {
        const status = answer.statusCode ?? 0;
        const headers = new Headers();
        for (const name of ['content-type', 'location'] as const) {
          const value = answer.headers[name];
          if (value !== undefined) headers.set(name, value);
        }
        if (status < 200 || status > 599 || [204, 205, 304].includes(status)) {
          answer.destroy();
          resolve(new Response(null, { status: status >= 200 && status <= 599 ? status : 500, headers }));
          return;
        }
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => {
            answer.on('data', (chunk: Buffer) => controller.enqueue(chunk));
            answer.on('end', () => controller.close());
            answer.on('error', (error) => controller.error(error));
          },
          cancel: () => {
            answer.destroy();
          },
        });
        resolve(new Response(body, { status, headers }));
      });
      outgoing.end();
    });
}
