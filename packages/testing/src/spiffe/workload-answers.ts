/**
 * The methods of the SPIFFE Workload API: what each answers from the state of now. Streams are told again after every
 * change, with the whole state each time.
 */
import { createLocalJWKSet, decodeJwt, jwtVerify, type JWK, type JWTPayload } from 'jose';
import { grpcCodes, grpcFrame, type GrpcCall, type GrpcStatus } from './grpc-server.ts';
import { readTexts } from './protobuf-reader.ts';
import { breakBundles, faultRow, type WorkloadFault } from './workload-faults.ts';
import {
  encodeJwtBundles,
  encodeJwtSvids,
  encodeValidation,
  encodeX509Bundles,
  encodeX509Svids,
} from './workload-messages.ts';
import type { WorkloadTrust } from './workload-trust.ts';

/** The methods that are served. The profile for WIT-SVIDs is answered with UNIMPLEMENTED. */
export const workloadApiMethods = [
  'FetchX509SVID',
  'FetchX509Bundles',
  'FetchJWTSVID',
  'FetchJWTBundles',
  'ValidateJWTSVID',
] as const;

/** Name of a method. */
export type WorkloadApiMethod = (typeof workloadApiMethods)[number];

/** What answers are made from. */
export interface AnswerSetting {
  readonly trust: WorkloadTrust;
  /** DER of revocation lists. */
  readonly revocationLists: readonly Uint8Array[];
  readonly tokenLifetimeSeconds: number;
  /** How every answer is broken. */
  readonly fault: WorkloadFault | undefined;
}

const denied: GrpcStatus = { code: grpcCodes.permissionDenied, message: 'no identity issued' };

function invalid(message: string): GrpcStatus {
  return { code: grpcCodes.invalidArgument, message };
}

/** The message of a stream. */
export type StreamMessage = (setting: AnswerSetting) => Buffer;

/** The methods that stream. */
export const streams: Partial<Record<WorkloadApiMethod, StreamMessage>> = {
  FetchX509SVID: ({ trust, revocationLists, fault }) => {
    const row = fault === undefined ? {} : faultRow(fault);
    const svids = row.withoutSvids === true ? [] : trust.svids();
    const sent = svids.map((svid) => row.svid?.(svid, trust.foreignSvid) ?? svid);
    return encodeX509Svids(sent, breakBundles(trust.x509Bundles('federated'), row), revocationLists);
  },
  FetchX509Bundles: ({ trust, revocationLists, fault }) => {
    const row = fault === undefined ? {} : faultRow(fault);
    return encodeX509Bundles(breakBundles(trust.x509Bundles('all'), row), revocationLists);
  },
  FetchJWTBundles: ({ trust }) => encodeJwtBundles(trust.jwtBundles()),
};

async function fetchJwtSvid(
  request: Uint8Array,
  { trust, tokenLifetimeSeconds }: AnswerSetting,
): Promise<Buffer | GrpcStatus> {
  const texts = readTexts(request);
  const audience = texts?.get(1) ?? [];
  const [wanted] = texts?.get(2) ?? [];
  if (audience.length === 0) return invalid('audience must be specified');
  const found = trust.workloads.filter(({ id }) => wanted === undefined || id === wanted);
  if (found.length === 0) return denied;
  return encodeJwtSvids(
    found.map(({ id, hint }) => ({
      id,
      token: trust.jwtSvids.mint({ id, audience, lifetimeSeconds: tokenLifetimeSeconds }),
      hint,
    })),
  );
}

/** The claims of a token that is good for an audience; undefined when it is not. */
async function claimsOf(token: string, audience: string, trust: WorkloadTrust): Promise<JWTPayload | undefined> {
  try {
    const [domain] = /^spiffe:\/\/[^/]+/.exec(decodeJwt(token).sub ?? '') ?? [''];
    // The library knows no `use` but `sig`.
    const keys = (trust.jwtBundles().get(domain)?.keys ?? []).map(({ use: _use, ...jwk }) => jwk as JWK);
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys }), { audience });
    return payload;
  } catch {
    return undefined;
  }
}

async function validateJwtSvid(request: Uint8Array, { trust }: AnswerSetting): Promise<Buffer | GrpcStatus> {
  const texts = readTexts(request);
  const [audience] = texts?.get(1) ?? [];
  const [token] = texts?.get(2) ?? [];
  if (audience === undefined || token === undefined) return invalid('audience and svid must be specified');
  const claims = await claimsOf(token, audience, trust);
  return claims?.sub === undefined ? invalid('the token is not valid') : encodeValidation(claims.sub, claims);
}

type UnaryAnswer = (request: Uint8Array, setting: AnswerSetting) => Promise<Buffer | GrpcStatus>;

/** The methods that answer once. */
const unary: Partial<Record<WorkloadApiMethod, UnaryAnswer>> = {
  FetchJWTSVID: fetchJwtSvid,
  ValidateJWTSVID: validateJwtSvid,
};

/** Writes a message, broken where the setting says so. */
function sendMessage(call: GrpcCall, message: Buffer, { fault }: AnswerSetting): void {
  const row = fault === undefined ? {} : faultRow(fault);
  call.send(row.frame?.(message) ?? grpcFrame(message));
  if (row.endsStream === true) call.end({ code: grpcCodes.ok });
}

/** Writes what a stream is told now. Without a workload there is nothing to tell (as SPIRE answers it). */
export function sendState(call: GrpcCall, message: StreamMessage, setting: AnswerSetting): void {
  if (setting.trust.workloads.length === 0) call.end(denied);
  else sendMessage(call, message(setting), setting);
}

/** Answers a call that is no stream. */
export async function answerOnce(call: GrpcCall, method: WorkloadApiMethod, setting: AnswerSetting): Promise<void> {
  const answer = (await unary[method]?.(call.request, setting)) ?? { code: grpcCodes.unimplemented };
  if (!Buffer.isBuffer(answer)) {
    call.end(answer);
    return;
  }
  sendMessage(call, answer, setting);
  call.end({ code: grpcCodes.ok });
}
