/** What inspecting a thing brings to light, as data: the readable form and the JSON form are made from it. */
import { reasonRow, type ConfigurationCode, type Reason, type Refusal } from '@countersign/core';
import type { BlockLine } from '../output.ts';

/** One fact that a strict verifier objects to. */
export interface Finding {
  readonly reason: Reason | ConfigurationCode;
  /** Which thing: `token`, `certificate 1`, `key 2`. */
  readonly of: string;
  /** The check that fails. */
  readonly check: string;
  readonly expected?: string;
  readonly actual?: string;
  readonly meaning: string;
  readonly fix: string;
}

/** Whether it was verified, which only happens when the user says what is trusted. */
export type Verification =
  | { readonly status: 'not-verified'; readonly warning: string; readonly how: string }
  | { readonly status: 'verified'; readonly as: Readonly<Record<string, unknown>> }
  | { readonly status: 'refused'; readonly reason: Finding['reason']; readonly check: string };

/** One part of the inspected thing. */
export interface Part {
  readonly title: string;
  /** For people. */
  readonly lines: readonly BlockLine[];
  /** For programs. */
  readonly data: unknown;
}

/** The result. */
export interface Inspection {
  readonly kind: 'token' | 'certificates' | 'key-set';
  readonly verification: Verification;
  readonly parts: readonly Part[];
  readonly findings: readonly Finding[];
  /** Worth knowing, and no objection. */
  readonly notes: readonly string[];
}

/** A refusal of core, as a finding. */
export function findingOf(of: string, { reason, detail }: Refusal): Finding {
  const { meaning, fix } = reasonRow(reason);
  return { reason, of, ...detail, meaning, fix };
}

/** Adds findings that say something new. */
export function mergeFindings(first: readonly Finding[], more: readonly Finding[]): readonly Finding[] {
  const keyOf = ({ reason, of, check }: Finding): string => `${of} ${reason} ${check}`;
  const known = new Set(first.map(keyOf));
  return [...first, ...more.filter((finding) => !known.has(keyOf(finding)))];
}
