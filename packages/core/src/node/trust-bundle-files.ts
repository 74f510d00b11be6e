/**
 * Trust bundles in files that are renewed while the service runs. They are read again every few seconds, each with its
 * revocation lists as they stood together. What is in the files is what is trusted: a CA that is gone vouches for nobody
 * any more. A file that cannot be read leaves the last good bundle of its trust domain, with a notice.
 */
import { ConfigurationError, FaultCollector } from '../errors/configuration-error.ts';
import { trustBundle, type TrustBundle, type TrustBundleSet } from '../certificate/trust-bundle.ts';
import { isTrustDomain } from '../identity/trust-domain.ts';
import { createChangeListeners } from '../runtime/change-listeners.ts';
import { noticesTo, silentLogger, type Logger } from '../runtime/logger.ts';
import type { NoticeSink } from '../runtime/notice.ts';
import { readTogether } from './read-together.ts';
import { repeatReading } from './repeated-reading.ts';

/** The files of one trust domain. */
export interface TrustBundleFile {
  /** Name of the trust domain, e.g. `prod.example`. */
  readonly trustDomain: string;
  /** Path of its CA certificates, as PEM. */
  readonly pem: string;
  /** Path of the revocation lists of these CAs, as PEM. Default: nothing is looked up. */
  readonly crl?: string;
}

/** Options of `trustBundleFiles`. */
export interface TrustBundleFilesOptions {
  readonly bundles: readonly [TrustBundleFile, ...TrustBundleFile[]];
  /** Takes notices. Default: silent. */
  readonly logger?: Logger;
}

/** Lists of a busy authority are large: room for two of 4 MB as PEM. */
const maximumListBytes = 12_000_000;

/**
 * Makes the set, which begins to read at once.
 * @throws {ConfigurationError} with every fault of the options. What is wrong with the files rejects `ready()`.
 */
export function trustBundleFiles(options: TrustBundleFilesOptions): Required<TrustBundleSet> {
  const faults = new FaultCollector('trustBundleFiles');
  const { bundles, logger = silentLogger } = options ?? {};
  faults.onlyKnown(options ?? {}, ['bundles', 'logger']);
  if (!Array.isArray(bundles) || bundles.length === 0) {
    faults.add(
      'CONFIG_MISSING',
      'bundles',
      'is empty',
      'write [{ trustDomain: "prod.example", pem: "/run/bundle.pem" }]',
    );
    faults.throwIfAny();
  }
  const domains = new Set<unknown>();
  for (const [index, bundle] of bundles.entries()) checkBundle(faults, bundle, { index, domains });
  faults.throwIfAny();
  return fileBundles(
    bundles.map((one) => Object.freeze({ ...one })),
    noticesTo(logger),
  );
}

function checkBundle(
  faults: FaultCollector,
  bundle: TrustBundleFile,
  { index, domains }: { readonly index: number; readonly domains: Set<unknown> },
): void {
  const at = `bundles[${index}].`;
  const { trustDomain, pem, crl } = (bundle ?? {}) as Partial<TrustBundleFile>;
  faults.onlyKnown(bundle ?? {}, ['trustDomain', 'pem', 'crl'], at);
  if (!isTrustDomain(trustDomain)) {
    const fix = 'write e.g. "prod.example", lower case';
    faults.add('CONFIG_INVALID', `${at}trustDomain`, 'is not a trust domain name', fix);
  }
  if (domains.has(trustDomain)) {
    const fix = 'put all authorities of a domain into one file';
    faults.add('CONFIG_CONFLICT', `${at}trustDomain`, 'has two bundles', fix);
  }
  domains.add(trustDomain);
  for (const [name, path] of Object.entries({ pem, ...(crl !== undefined && { crl }) })) {
    if (typeof path === 'string' && path !== '') continue;
    faults.add('CONFIG_MISSING', `${at}${name}`, 'is not a path', `write e.g. "/run/identity/${name}.pem"`);
  }
}

/** What is known of the files of one trust domain. */
interface Loaded {
  readonly file: TrustBundleFile;
  bundle?: TrustBundle;
  texts?: readonly string[];
  problem?: string | undefined;
}

function fileBundles(files: readonly TrustBundleFile[], notify: NoticeSink): Required<TrustBundleSet> {
  const listeners = createChangeListeners();
  const loaded = files.map((file): Loaded => ({ file }));
  let list: readonly TrustBundle[] = Object.freeze([]);

  const fail = (one: Loaded, problem: string): false => {
    if (problem !== one.problem) {
      const { trustDomain } = one.file;
      const message = 'A trust bundle could not be taken over from its file.';
      notify({ code: 'TRUST_BUNDLE_RELOAD_FAILED', level: 'error', message, facts: { trustDomain, problem } });
    }
    one.problem = problem;
    return false;
  };

  /** Takes over one bundle; answers whether it changed. */
  const load = async (one: Loaded): Promise<boolean> => {
    const { trustDomain, pem, crl } = one.file;
    const lists = crl === undefined ? [] : [{ name: 'crl', path: crl, maximumBytes: maximumListBytes }];
    const read = await readTogether([{ name: 'bundle', path: pem }, ...lists]);
    if (!read.ok) return fail(one, read.problem);
    const { texts } = read;
    const isNew = !isSame(texts, one.texts);
    const bundle = isNew ? bundleOf(trustDomain, texts) : one.bundle;
    if (typeof bundle === 'string') return fail(one, bundle);
    Object.assign(one, { bundle, texts, problem: undefined });
    if (isNew) {
      const message = 'A trust bundle was read from its file.';
      const facts = { trustDomain, authorities: bundle?.authorities.length ?? 0 };
      notify({ code: 'TRUST_BUNDLE_CHANGED', level: 'info', message, facts });
    }
    return isNew;
  };

  const reading = repeatReading(async () => {
    const changes = await Promise.all(loaded.map(load));
    if (!changes.some(Boolean)) return;
    list = Object.freeze(loaded.flatMap(({ bundle }) => bundle ?? []));
    listeners.tell();
  });

  return Object.freeze<Required<TrustBundleSet>>({
    find: (trustDomain) => list.find((bundle) => bundle.trustDomain === trustDomain),
    list: () => list,
    watch: listeners.watch,
    ready: async () => {
      await reading.now();
      const absent = loaded.filter(({ bundle }) => bundle === undefined);
      if (absent.length === 0) return;
      const problems = absent.map(({ file, problem }) => `${file.trustDomain} (${problem ?? 'not read yet'})`);
      throw new Error(`These trust bundles cannot be had: ${problems.join(', ')}.`);
    },
    close: reading.close,
  });
}

function isSame(one: readonly string[], other: readonly string[] | undefined): boolean {
  return one.length === other?.length && one.every((text, index) => text === other[index]);
}

/** The bundle, or what is wrong with it. */
function bundleOf(trustDomain: string, [pem = '', crl]: readonly string[]): TrustBundle | string {
  try {
    return trustBundle({ trustDomain, pem, ...(crl !== undefined && { crl }) });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) return 'the file cannot be read as a trust bundle';
    return error.faults.map(({ option, problem }) => `the ${option} ${problem}`).join('; ');
  }
}
