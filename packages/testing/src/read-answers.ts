/**
 * The HTTP/1.1 answers in what a server wrote on one connection (RFC 9112 §4, §6), for tests that write requests byte
 * by byte. It reads what an honest server of Node writes, and nothing hostile.
 */

/** One answer. */
export interface ConnectionAnswer {
  readonly status: number;
  readonly body: string;
}

const interim = (status: number): boolean => status >= 100 && status < 200;

/** The data of complete chunks, and what follows the last one; undefined while chunks are missing. */
function readChunks(text: string): { readonly body: string; readonly rest: string } | undefined {
  let body = '';
  let rest = text;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n');
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.slice(0, lineEnd), 16);
    const start = lineEnd + 2;
    if (rest.length < start + size + 2) return undefined;
    body += rest.slice(start, start + size);
    rest = rest.slice(start + size + 2);
    if (size === 0) return { body, rest };
  }
}

/** All complete answers, in their order, without interim ones (1xx) except the switch to another protocol. */
export function readAnswers(bytes: Buffer): readonly ConnectionAnswer[] {
  const answers: ConnectionAnswer[] = [];
  let rest = bytes.toString('latin1');
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(rest)?.[1]);
    if (headEnd < 0 || Number.isNaN(status)) return answers;
    const head = rest.slice(0, headEnd);
    const after = rest.slice(headEnd + 4);
    if (interim(status)) {
      if (status === 101) answers.push({ status, body: '' });
      rest = after;
      continue;
    }
    if (/\r\ntransfer-encoding: chunked/i.test(head)) {
      const chunks = readChunks(after);
      if (chunks === undefined) return answers;
      answers.push({ status, body: chunks.body });
      rest = chunks.rest;
      continue;
    }
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (after.length < length) return answers;
    answers.push({ status, body: after.slice(0, length) });
    rest = after.slice(length);
  }
}
