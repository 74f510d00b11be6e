/**
 * What can be wrong with an answer of the SPIFFE Workload API. A client must report such a message, discard it, and
 * keep the last good state. Each row changes one thing of a good answer.
 */
import { grpcFrame } from './grpc-server.ts';
import { element } from './protobuf-writer.ts';
import type { SvidMessage, X509BundleMap } from './workload-messages.ts';

/** How an answer is broken. What a row does not name stays as it is. */
export interface WorkloadFaultRow {
  /** Changes one X.509-SVID. `foreign` is one that another authority issued for the same id. */
  readonly svid?: (svid: SvidMessage, foreign: SvidMessage) => SvidMessage;
  /** Leaves the X.509-SVIDs out. */
  readonly withoutSvids?: true;
  /** Changes the authorities of one trust domain. */
  readonly bundle?: (der: Uint8Array) => Uint8Array;
  /** Puts the message on the wire. */
  readonly frame?: (message: Uint8Array) => Uint8Array;
  /** Ends the stream after the message. */
  readonly endsStream?: true;
}

const cutLength = 10;
/** More than the 4 MiB that gRPC clients accept by default. */
const oversizedLength = 5 * 1024 * 1024;
const unknownField = 999;

const nothing = Buffer.alloc(0);
const cut = (der: Uint8Array): Uint8Array => der.subarray(0, Math.max(0, der.length - cutLength));

function changeLeaf(svid: SvidMessage, change: (der: Uint8Array) => Uint8Array): SvidMessage {
  const [leaf = nothing, ...others] = svid.certificates;
  return { ...svid, certificates: [change(leaf), ...others] };
}

/** The rows. */
export const workloadFaults = {
  'no-svids': { withoutSvids: true },
  'missing-id': { svid: (svid) => ({ ...svid, id: '' }) },
  'missing-certificate': { svid: (svid) => ({ ...svid, certificates: [] }) },
  'missing-key': { svid: (svid) => ({ ...svid, key: nothing }) },
  'missing-bundle': { svid: (svid) => ({ ...svid, authorities: [] }), bundle: () => nothing },
  'truncated-certificate': { svid: (svid) => changeLeaf(svid, cut), bundle: cut },
  'trailing-bytes': {
    svid: (svid) => ({ ...svid, certificates: [...svid.certificates, Buffer.from('30')] }),
    bundle: (der) => Buffer.concat([der, Buffer.from('30')]),
  },
  'unreadable-key': { svid: (svid) => ({ ...svid, key: cut(svid.key) }) },
  'foreign-key': { svid: (svid, { key }) => ({ ...svid, key }) },
  'foreign-bundle': { svid: (svid, { authorities }) => ({ ...svid, authorities }) },
  'wrong-id': { svid: (svid) => ({ ...svid, id: `${String(svid.id)}-other` }) },
  'invalid-text': { svid: (svid) => ({ ...svid, id: Buffer.from([0xff, 0xfe]) }) },
  'not-protobuf': { frame: () => grpcFrame(Buffer.alloc(16, 0xff)) },
  // Field 1 as a number.
  'wrong-wire-type': { frame: (message) => grpcFrame(Buffer.concat([Buffer.from([0x08, 0x01]), message])) },
  'truncated-message': {
    frame: (message) => grpcFrame(message, { announcedLength: message.length + 1 }),
    endsStream: true,
  },
  'oversized-message': {
    frame: (message) => grpcFrame(Buffer.concat([message, element(unknownField, Buffer.alloc(oversizedLength))])),
  },
  'compressed-flag': { frame: (message) => grpcFrame(message, { compressed: true }) },
} as const satisfies Record<string, WorkloadFaultRow>;

/** Kinds of broken answers. */
export type WorkloadFault = keyof typeof workloadFaults;

/** A broken answer of one kind. */
export function faultRow(kind: WorkloadFault): WorkloadFaultRow {
  return workloadFaults[kind];
}

/** The bundles, each broken in this way. */
export function breakBundles(bundles: X509BundleMap, { bundle }: WorkloadFaultRow): X509BundleMap {
  if (bundle === undefined) return bundles;
  return new Map([...bundles].map(([id, der]) => [id, bundle(der)]));
}
