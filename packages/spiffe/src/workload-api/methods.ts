/**
 * The calls of the Workload API that are made here, and their requests. The service has no package (SPIFFE Workload API
 * §5, §6). `ValidateJWTSVID` is not among them: tokens are verified in this process, with the bundles.
 */
import { writeMessage } from '../protobuf/write-message.ts';

/** Paths of the calls. */
export const methods = {
  x509Svids: '/SpiffeWorkloadAPI/FetchX509SVID',
  x509Bundles: '/SpiffeWorkloadAPI/FetchX509Bundles',
  jwtSvids: '/SpiffeWorkloadAPI/FetchJWTSVID',
  jwtBundles: '/SpiffeWorkloadAPI/FetchJWTBundles',
} as const;

/** The request of a stream: it has no fields. */
export const emptyRequest: Buffer = Buffer.alloc(0);

/** The request for a JWT-SVID. Without an id the default one is meant. */
export function jwtSvidRequest(audience: readonly string[], spiffeId: string | undefined): Buffer {
  return writeMessage([
    ...audience.map((one) => [1, one] as const),
    ...(spiffeId === undefined ? [] : [[2, spiffeId] as const]),
  ]);
}
