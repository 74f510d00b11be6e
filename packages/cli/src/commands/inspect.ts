/** `countersign inspect`: shows a token, certificates or a JWKS, and what a strict verifier would object to. */
import { parseArgs } from 'node:util';
import { parseStrictJson, trustBundle, type CertificateUsage, type TrustBundle } from '@countersign/core';
import { decodeToken } from '../inspect/decoded-token.ts';
import { inspectCertificates, readPem } from '../inspect/inspect-certificates.ts';
import { inspectKeySet, type KeySetDocument } from '../inspect/inspect-key-set.ts';
import { inspectToken, type TokenTrust } from '../inspect/inspect-token.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { holdsPrivateKey, holdsPrivatePem } from '../inspect/private-key.ts';
import { readInput, readTextFile } from '../inspect/read-input.ts';
import { inspectionJson, inspectionText } from '../inspect/render-inspection.ts';
import { write } from '../output.ts';
import { UsageError } from '../usage-error.ts';
import { exitCodes, type Command, type CommandContext } from './command.ts';

const help = `Usage: countersign inspect [file | -] [options]

Shows an access token (JWT), a certificate chain (PEM) or a JWKS, from a file or from standard input, and every fact
that a strict verifier would object to. Nothing is verified unless you say what is trusted. Nothing is fetched. The
signature of a token is never shown, and a private key in the input is an error.

For a token, all three together
  --jwks FILE           the keys of the issuer
  --issuer URL          the issuer, exactly as tokens name it
  --audience TEXT       the service the token is for
  --certificate FILE    besides: the client certificate that the token is bound to

For certificates, both together
  --bundle FILE         the authorities of the trust domain, as PEM
  --trust-domain NAME   the trust domain, e.g. prod.example
  --usage client|server what the certificate is shown for (default: client)

  --json                one JSON document instead of text

Exit codes: 0 nothing to object, 1 something to object or refused, 2 the command could not be carried out.
`;

const options = {
  jwks: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  certificate: { type: 'string' },
  bundle: { type: 'string' },
  'trust-domain': { type: 'string' },
  usage: { type: 'string' },
  json: { type: 'boolean' },
} as const;

type Values = { readonly [K in Exclude<keyof typeof options, 'json'>]?: string | undefined };

const tokenOptions = ['jwks', 'issuer', 'audience'] as const;
const certificateOptions = ['bundle', 'trust-domain'] as const;

/** The values of options that only make sense together, or undefined when none is given. */
function together<T extends keyof Values>(values: Values, names: readonly T[]): Record<T, string> | undefined {
  const missing = names.filter((name) => values[name] === undefined);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0) {
    const list = (all: readonly string[]): string => all.map((name) => `--${name}`).join(', ');
    throw new UsageError(`${list(missing)} is missing`, `give ${list(names)} together, or none of them`);
  }
  return values as Record<T, string>;
}

/** Options that have no effect on this kind of input would look like a verification that never ran. */
function refuseOthers(values: Values, names: readonly (keyof Values)[], kind: string): void {
  const given = names.filter((name) => values[name] !== undefined);
  if (given.length === 0) return;
  throw new UsageError(`${given.map((name) => `--${name}`).join(', ')} does nothing for ${kind}`, 'leave it out');
}

function keySetOf(text: string, what: string): KeySetDocument {
  const parsed = parseStrictJson(text);
  if (!parsed.ok) throw new UsageError(`${what} ${parsed.problem}`, 'pass a JWKS: { "keys": [ … ] }');
  if (holdsPrivateKey(parsed.value)) {
    throw new UsageError(
      `${what} holds a private or symmetric key`,
      'keep it out of files you pass around, and replace it if it was published',
    );
  }
  const { keys, kty } = parsed.value;
  if (Array.isArray(keys)) return { keys: keys as readonly unknown[] };
  if (typeof kty === 'string') return { keys: [parsed.value] };
  throw new UsageError(`${what} has no list of keys`, 'pass a JWKS: { "keys": [ … ] }');
}

async function certificateOf(path: string | undefined, context: CommandContext): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const pem = await readTextFile(path, '--certificate', context);
  refusePrivatePem(pem);
  return readPem(pem)[0]?.toString();
}

function refusePrivatePem(text: string): void {
  if (!holdsPrivatePem(text)) return;
  throw new UsageError(
    'the input holds a private key',
    'pass the certificates alone; a private key is never needed here',
  );
}

async function tokenTrustOf(values: Values, context: CommandContext): Promise<TokenTrust | undefined> {
  const given = together(values, tokenOptions);
  if (given === undefined) {
    refuseOthers(values, ['certificate'], 'a token that is not verified');
    return undefined;
  }
  const { keys } = keySetOf(await readTextFile(given.jwks, '--jwks', context), '--jwks');
  const certificate = await certificateOf(values.certificate, context);
  return { issuer: given.issuer, audience: given.audience, jwks: { keys: keys as readonly object[] }, certificate };
}

async function bundleOf(values: Values, context: CommandContext): Promise<TrustBundle | undefined> {
  const given = together(values, certificateOptions);
  if (given === undefined) return undefined;
  const pem = await readTextFile(given.bundle, '--bundle', context);
  return trustBundle({ trustDomain: given['trust-domain'], pem });
}

function usageOf(text: string | undefined): CertificateUsage {
  if (text === undefined || text === 'client' || text === 'server') return text ?? 'client';
  throw new UsageError('--usage is neither client nor server', 'write --usage client or --usage server');
}

async function inspectText(text: string, values: Values, context: CommandContext): Promise<Inspection> {
  refusePrivatePem(text);
  const { clock } = context;
  if (text.includes('-----BEGIN ')) {
    refuseOthers(values, [...tokenOptions, 'certificate'], 'certificates');
    const usage = usageOf(values.usage);
    return inspectCertificates({ pem: text, bundle: await bundleOf(values, context), usage, now: clock.now() });
  }
  if (text.startsWith('{')) {
    refuseOthers(values, [...tokenOptions, 'certificate', ...certificateOptions, 'usage'], 'a JWKS');
    return inspectKeySet(keySetOf(text, 'the input'));
  }
  const decoded = decodeToken(text);
  if (decoded === undefined) {
    // Not echoed: an opaque token or a password is none of the terminal's business.
    throw new UsageError(
      'the input is no JWT, no PEM and no JWKS',
      'an opaque token has nothing to inspect: ask its issuer',
    );
  }
  refuseOthers(values, [...certificateOptions, 'usage'], 'a token');
  return inspectToken({ text, decoded, trust: await tokenTrustOf(values, context), clock });
}

/** The command. */
export const inspect: Command = {
  name: 'inspect',
  summary: 'show a token, certificates or a JWKS, and what a strict verifier objects to',
  help,
  run: async (args, context) => {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    if (positionals.length > 1) throw new UsageError('there is more than one file', 'pass one');
    const { json, ...rest } = values;
    const text = (await readInput(positionals[0], context)).trim().replace(/^Bearer +/i, '');
    const inspection = await inspectText(text, rest, context);
    await write(context.stdout, json === true ? inspectionJson(inspection) : inspectionText(inspection));
    const isRefused = inspection.verification.status === 'refused';
    return inspection.findings.length > 0 || isRefused ? exitCodes.found : exitCodes.ok;
  },
};
