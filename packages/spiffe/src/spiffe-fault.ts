/**
 * The table of faults: every way a source can have nothing to give, once. Types, messages and the README come from
 * here. A code is public API: it is never renamed and never reused.
 */

/** One row of the table. */
export interface SpiffeFaultRow {
  /** What happened. */
  readonly meaning: string;
  /** What to do about it. */
  readonly fix: string;
}

/** The table. Keys are the codes. */
export const spiffeFaults = {
  WORKLOAD_API_NOT_READY: {
    meaning: 'The Workload API gave nothing usable in time.',
    fix: 'Check that the agent runs, that the endpoint is mounted into this container, and that this user may open it.',
  },
  WORKLOAD_API_DENIED: {
    meaning: 'The Workload API knows no identity for this process.',
    fix: 'No registration entry matches: create one whose selectors fit this process, and wait for the agent to learn it.',
  },
  WORKLOAD_API_FAILED: {
    meaning: 'The Workload API refused the call for good.',
    fix: 'Check that the endpoint is a SPIFFE Workload API, and that its version has this call.',
  },
  SVID_NOT_PICKED: {
    meaning: 'None of the identities of this process is the one that pick asks for.',
    fix: 'Compare pick with the ids and hints that the Workload API gives; the notice SVID_PICK_REFUSED lists the ids.',
  },
  JWT_SVID_UNAVAILABLE: {
    meaning: 'The Workload API gave no JWT-SVID.',
    fix: 'Look at the agent. JWT-SVIDs in hand are used until they expire.',
  },
  JWT_SVID_REFUSED: {
    meaning: 'The JWT-SVID that came is not the one that was asked for.',
    fix: 'Report it to whoever runs the SPIFFE implementation.',
  },
  BUNDLE_UNAVAILABLE: {
    meaning: 'The bundle endpoint gave no usable bundle in time.',
    fix: 'Check the URL, the profile and the certificate of the endpoint.',
  },
  SOURCE_CLOSED: {
    meaning: 'The source is closed.',
    fix: 'Call close() at the very end, after the servers and clients that use the source.',
  },
} as const satisfies Record<string, SpiffeFaultRow>;

/** Codes of faults. */
export type SpiffeFaultCode = keyof typeof spiffeFaults;
