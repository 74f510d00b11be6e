/** An inspection as a text for people, and as JSON for programs. Both escape what strangers wrote. */
import { block, jsonDocument, shown, shownJson, type BlockLine } from '../output.ts';
import type { Finding, Inspection, Verification } from './inspection.ts';

const titles: Readonly<Record<Inspection['kind'], string>> = {
  token: 'TOKEN',
  certificates: 'CERTIFICATES',
  'key-set': 'KEY SET (JWKS)',
};

function verificationText(verification: Verification): string {
  const { status } = verification;
  if (status === 'not-verified') {
    return `*** NOT VERIFIED ***\n${verification.warning}\n${verification.how}\n`;
  }
  if (status === 'refused') return `*** REFUSED: ${verification.reason} (${shown(verification.check)}) ***\n`;
  const lines = Object.entries(verification.as).map(([name, value]): BlockLine => [name, shownJson(value)]);
  return block('VERIFIED', lines);
}

function findingText({ reason, of, check, expected, actual, meaning, fix }: Finding): string {
  const lines: BlockLine[] = [];
  if (expected !== undefined) lines.push(['expected', shown(expected)]);
  if (actual !== undefined) lines.push(['found', shown(actual)]);
  lines.push(['means', meaning], ['fix', fix]);
  return block(`${reason}  ${of}: ${shown(check)}`, lines);
}

/** For people. */
export function inspectionText({ kind, verification, parts, findings, notes }: Inspection): string {
  const objections =
    findings.length === 0
      ? 'A strict verifier has nothing to object to what is shown.\n'
      : `A strict verifier objects to ${findings.length === 1 ? 'one thing' : `${findings.length} things`}.\n`;
  return [
    `${titles[kind]}\n${verificationText(verification)}`,
    ...parts.map(({ title, lines }) => block(title, lines)),
    objections,
    ...findings.map(findingText),
    ...(notes.length > 0 ? [`Notes\n${notes.map((note) => `  ${note}\n`).join('')}`] : []),
  ].join('\n');
}

/** For programs. */
export function inspectionJson({ kind, verification, parts, findings, notes }: Inspection): string {
  const data = parts.map((part) => ({ title: part.title, data: part.data }));
  return jsonDocument({ kind, verification, parts: data, findings, notes });
}
