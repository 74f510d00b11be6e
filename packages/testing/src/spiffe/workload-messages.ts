/** The answers of the SPIFFE Workload API as bytes (workloadapi.proto). Texts may be bytes, so that they can be wrong. */
import type { JwksDocument } from '../token-minter.ts';
import { element, encodeStruct, field, mapField } from './protobuf-writer.ts';

/** An X.509-SVID as it is handed to a workload. An empty member is left out of the message. */
export interface SvidMessage {
  readonly id: string | Uint8Array;
  /** DER, leaf first. */
  readonly certificates: readonly Uint8Array[];
  /** PKCS #8, DER. */
  readonly key: Uint8Array;
  /** DER of the authorities of its trust domain. */
  readonly authorities: readonly Uint8Array[];
  readonly hint?: string | undefined;
}

/** Authorities as concatenated DER by the SPIFFE ID of their trust domain. */
export type X509BundleMap = ReadonlyMap<string, Uint8Array>;

/** `X509SVIDResponse`. */
export function encodeX509Svids(
  svids: readonly SvidMessage[],
  federated: X509BundleMap,
  revocationLists: readonly Uint8Array[],
): Buffer {
  const messages = svids.map(({ id, certificates, key, authorities, hint = '' }) =>
    element(
      1,
      Buffer.concat([
        field(1, id),
        field(2, Buffer.concat(certificates)),
        field(3, key),
        field(4, Buffer.concat(authorities)),
        field(5, hint),
      ]),
    ),
  );
  return Buffer.concat([...messages, ...revocationLists.map((list) => element(2, list)), mapField(3, federated)]);
}

/** `X509BundlesResponse`. */
export function encodeX509Bundles(bundles: X509BundleMap, revocationLists: readonly Uint8Array[]): Buffer {
  return Buffer.concat([...revocationLists.map((list) => element(1, list)), mapField(2, bundles)]);
}

/** A JWT-SVID as it is handed to a workload. */
export interface JwtSvidMessage {
  readonly id: string;
  readonly token: string;
  readonly hint?: string | undefined;
}

/** `JWTSVIDResponse`. */
export function encodeJwtSvids(svids: readonly JwtSvidMessage[]): Buffer {
  return Buffer.concat(
    svids.map(({ id, token, hint = '' }) => element(1, Buffer.concat([field(1, id), field(2, token), field(3, hint)]))),
  );
}

/** `JWTBundlesResponse`. */
export function encodeJwtBundles(bundles: ReadonlyMap<string, JwksDocument>): Buffer {
  return mapField(1, new Map([...bundles].map(([id, document]) => [id, JSON.stringify(document)])));
}

/** `ValidateJWTSVIDResponse`. */
export function encodeValidation(id: string, claims: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.concat([field(1, id), element(2, encodeStruct(claims))]);
}
