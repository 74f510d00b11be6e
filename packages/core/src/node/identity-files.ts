/**
 * The key and certificate of a workload in two files that are renewed while it runs. They are read again every few
 * seconds. A new pair counts once it is whole: read from one version of the files, key and certificate fit, and the
 * certificate is valid now. Until then the last good pair stays, as long as it is valid; an expired one is not shown.
 */
import { x509Identity, type IdentitySource, type X509Identity } from '../certificate/identity-source.ts';
import { ConfigurationError, FaultCollector } from '../errors/configuration-error.ts';
import { Secret } from '../errors/secret.ts';
import { createChangeListeners } from '../runtime/change-listeners.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import { noticesTo, silentLogger, type Logger } from '../runtime/logger.ts';
import type { Notice, NoticeSink } from '../runtime/notice.ts';
import { readTogether, type FileToRead } from './read-together.ts';
import { repeatReading } from './repeated-reading.ts';

/** Options of `identityFiles`. */
export interface IdentityFilesOptions {
  /** Path of the private key: PEM, unencrypted. */
  readonly key: string;
  /** Path of the certificate and its intermediates: PEM, leaf first. */
  readonly certificate: string;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Takes notices. Default: silent. */
  readonly logger?: Logger;
}

/** The part of its life that a certificate has left when the operator is told that nobody renewed it. */
const lowLife = 0.2;

/**
 * Makes the source, which begins to read at once.
 * @throws {ConfigurationError} with every fault of the options. What is wrong with the files rejects `ready()`.
 */
export function identityFiles(options: IdentityFilesOptions): Required<IdentitySource> {
  const faults = new FaultCollector('identityFiles');
  const { key, certificate, clock = systemClock, logger = silentLogger } = options ?? {};
  faults.onlyKnown(options ?? {}, ['key', 'certificate', 'clock', 'logger']);
  for (const [name, path] of Object.entries({ key, certificate })) {
    if (typeof path === 'string' && path !== '') continue;
    faults.add('CONFIG_MISSING', name, 'is not a path', `write e.g. "/run/identity/${name}.pem"`);
  }
  faults.throwIfAny();
  return fileIdentity(
    [
      { name: 'key', path: key },
      { name: 'certificate', path: certificate },
    ],
    { clock, notify: noticesTo(logger) },
  );
}

interface Surroundings {
  readonly clock: Clock;
  readonly notify: NoticeSink;
}

function fileIdentity(files: readonly FileToRead[], { clock, notify }: Surroundings): Required<IdentitySource> {
  const listeners = createChangeListeners();
  const path = files.at(-1)?.path ?? '';
  let identity: X509Identity | undefined;
  let problem: string | undefined = 'the files were not read yet';
  let toldProblem: string | undefined;
  let toldOfLife: Notice['code'] | undefined;

  const tell = (notice: Pick<Notice, 'code' | 'level' | 'message'>, facts: Notice['facts']): void =>
    notify({ ...notice, facts: { certificate: path, ...facts } });

  /** Takes over a pair; answers the problem otherwise. */
  const takeOver = (keyText: string, certificateText: string): string | undefined => {
    if (identity?.certificate === certificateText && identity.key.expose() === keyText) return undefined;
    const read = pairOf(keyText, certificateText);
    if (typeof read === 'string') return read;
    const now = clock.now();
    if (!(now >= read.notBefore)) return 'the certificate is not valid yet';
    if (!(now <= read.notAfter)) return 'the certificate has expired';
    identity = read;
    toldOfLife = undefined;
    const message = 'A key and its certificate were read from their files.';
    tell({ code: 'IDENTITY_CHANGED', level: 'info', message }, { notAfter: instant(read) });
    listeners.tell();
    return undefined;
  };

  /** Tells once that the end comes near, and once that it came. */
  const watchLife = (): void => {
    if (identity === undefined) return;
    const { notBefore, notAfter } = identity;
    const left = notAfter - clock.now();
    if (left < 0 && toldOfLife !== 'IDENTITY_EXPIRED') {
      toldOfLife = 'IDENTITY_EXPIRED';
      const message = 'The certificate has expired and was not renewed: it is not shown any more.';
      tell({ code: toldOfLife, level: 'error', message }, { notAfter: instant(identity) });
      listeners.tell();
    } else if (left >= 0 && left < (notAfter - notBefore) * lowLife && toldOfLife === undefined) {
      toldOfLife = 'IDENTITY_EXPIRING';
      const message = 'The certificate is near its end and was not renewed.';
      tell({ code: toldOfLife, level: 'warn', message }, { notAfter: instant(identity) });
    }
  };

  const reading = repeatReading(async () => {
    const read = await readTogether(files);
    problem = read.ok ? takeOver(read.texts[0] ?? '', read.texts[1] ?? '') : read.problem;
    // Once for each problem, not every few seconds while it lasts.
    if (problem !== undefined && problem !== toldProblem) {
      const message = 'A key and its certificate could not be taken over from their files.';
      tell({ code: 'IDENTITY_RELOAD_FAILED', level: 'error', message }, { problem });
    }
    toldProblem = problem;
    watchLife();
  });

  const find = (): X509Identity | undefined =>
    identity !== undefined && clock.now() <= identity.notAfter ? identity : undefined;
  return Object.freeze<Required<IdentitySource>>({
    find,
    watch: listeners.watch,
    ready: async () => {
      await reading.now();
      if (find() === undefined) throw new Error(`There is no identity: ${problem ?? 'the certificate has expired'}.`);
    },
    close: reading.close,
  });
}

function instant({ notAfter }: X509Identity): string {
  return new Date(notAfter).toISOString();
}

/** The pair, or what is wrong with it. */
function pairOf(key: string, certificate: string): X509Identity | string {
  try {
    return x509Identity({ key: new Secret(key), certificate });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) return 'the files cannot be read as key and certificate';
    return error.faults.map(({ option, problem }) => `the ${option} ${problem}`).join('; ');
  }
}
