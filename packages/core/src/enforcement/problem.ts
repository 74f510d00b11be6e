/** The problem document of a refusal (RFC 9457), for transports that do not carry it as the body of an HTTP answer. */
import type { Denied } from './verdict.ts';

/** What the caller reads. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly trace_id: string;
}

/** The document as an object. */
export function problemOf({ response }: Denied): Problem {
  return JSON.parse(response.body) as Problem;
}
