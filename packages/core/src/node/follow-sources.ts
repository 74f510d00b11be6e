/**
 * Keeps a TLS server at the identity and the bundles of its sources: every change counts for the next handshake. The
 * whole settings are given each time, because Node takes nothing over from before: with key, certificate and authorities
 * alone, session tickets would be back.
 */
import { X509Certificate } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { X509Identity } from '../certificate/identity-source.ts';
import type { ConnectionJudge } from '../enforcement/connection-judge.ts';
import type { TrustBundle } from '../certificate/trust-bundle.ts';
import { roomForNames } from './room-for-names.ts';
import { tlsMaterial, type TlsOptions, type TlsSources } from './tls-options.ts';

/** A server whose settings can be replaced, with those that `tls.Server` keeps as properties. */
export interface ReplaceableServer extends Readonly<Record<string, unknown>> {
  setSecureContext(options: SecureContextOptions): void;
}

/** Settings of the handshake that whoever made the server may have added, and that stay. */
const kept = [
  'maxVersion',
  'secureProtocol',
  'ciphers',
  'sigalgs',
  'ecdhCurve',
  'dhparam',
  'honorCipherOrder',
  'sessionIdContext',
  'sessionTimeout',
];

/** What is followed. */
export interface Followed {
  readonly server: ReplaceableServer;
  readonly tls: TlsOptions;
  readonly sources: TlsSources;
}

/** What the server has now. */
export interface FollowedServer {
  /** The bundles that handshakes are verified against. */
  bundles(): readonly TrustBundle[];
  /**
   * Whether it showed a certificate before and shows another one by now. The certificate is named by its SHA-256, as
   * Node writes it. Those that an application shows besides, by server name, are not replaced here.
   */
  isReplaced(fingerprint: string): boolean;
  stop(): void;
}

function fingerprintOf({ certificate }: X509Identity): string {
  return new X509Certificate(certificate).fingerprint256;
}

/** No connection is so old that it saw one of more changes ago. */
const maximumReplaced = 1_000;

function noteReplaced(replaced: Set<string>, before: X509Identity, now: X509Identity): void {
  replaced.add(fingerprintOf(before));
  replaced.delete(fingerprintOf(now));
  const [oldest] = replaced;
  if (replaced.size > maximumReplaced && oldest !== undefined) replaced.delete(oldest);
}

/** Follows until it is stopped. `changed` is called after each change of the server. */
export function followSources(
  { server, tls, sources }: Followed,
  { notify }: Pick<ConnectionJudge, 'notify'>,
  changed: () => void,
): FollowedServer {
  const { identity, bundles } = sources;
  let { identity: shown, bundles: trusted } = sources.made;
  const replaced = new Set<string>();
  const stays = Object.fromEntries(kept.map((name) => [name, server[name]]));
  const { minVersion, secureOptions } = tls;

  const tellLeftOut = (list: readonly TrustBundle[]): void => {
    for (const trustDomain of roomForNames(list, shown).leftOut) {
      const message = 'A TLS server leaves a bundle out: its authorities have more names than a handshake can carry.';
      notify({ code: 'TLS_UPDATE_FAILED', level: 'error', message, facts: { trustDomain } });
    }
  };

  /** Answers whether OpenSSL takes them. */
  const takeOver = (found: X509Identity, list: readonly TrustBundle[]): boolean => {
    try {
      const material = tlsMaterial(found, list);
      const minimum = server['secureProtocol'] === undefined ? { minVersion } : {};
      server.setSecureContext({ ...stays, ...minimum, secureOptions, ...material });
    } catch (error) {
      // OpenSSL names what it dislikes by a code; its message stays inside.
      const { code } = error as { readonly code?: unknown };
      const problem = typeof code === 'string' ? code : 'unknown';
      const message = 'A TLS server could not take over what changed, and stays as it was.';
      notify({ code: 'TLS_UPDATE_FAILED', level: 'error', message, facts: { problem } });
      return false;
    }
    if (found !== shown) noteReplaced(replaced, shown, found);
    shown = found;
    if (list !== trusted) tellLeftOut(list);
    trusted = list;
    const message = 'A TLS server follows a change: handshakes from now on use it.';
    const facts = { notAfter: new Date(found.notAfter).toISOString(), bundles: list.length };
    notify({ code: 'TLS_UPDATED', level: 'info', message, facts });
    return true;
  };

  /** Answers whether the server has changed. */
  const update = (): boolean => {
    // With nothing to show the server stays as it is, and its source tells why: clients that trust an expired
    // certificate are no better off with none.
    const found = identity.find() ?? shown;
    const list = bundles.list();
    if (found === shown && list === trusted) return false;
    if (takeOver(found, list)) return true;
    // A certificate that cannot be shown must not keep an authority that is gone.
    return found !== shown && list !== trusted && takeOver(shown, list);
  };

  const follow = (): void => {
    if (update()) changed();
  };
  const stops = [identity.watch(follow), bundles.watch(follow)];
  tellLeftOut(trusted);
  // What changed since the settings were made.
  update();
  return {
    bundles: () => trusted,
    isReplaced: (fingerprint) => replaced.has(fingerprint),
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
