/**
 * Requests whose end two parsers could see in two places (attack row 58; RFC 9112 §6.3, §11.2), each with a second
 * request without credentials hidden in its body or behind it.
 */

/** The lines and texts that attempts are made of. */
export interface SmugglingParts {
  /** The `Host` line. */
  readonly host: string;
  /** The `Authorization` line of the honest request. */
  readonly authorization: string;
  /** The line that marks the honest request. */
  readonly mark: string;
  /** A whole request without credentials, to a guarded route. */
  readonly hidden: string;
}

/** One attempt. */
export interface SmugglingAttempt {
  readonly name: string;
  /** All bytes, one character each. */
  readonly bytes: string;
  /**
   * `refused`: the connection says 400 or ends, and nobody is even judged. `honest`: at most the honest request is
   * answered, and what follows it is judged by itself. The refused ones come first.
   */
  readonly expected: 'refused' | 'honest';
}

type Framing = readonly [name: string, lines: readonly string[]];

const crlf = '\r\n';
const chunked = 'Transfer-Encoding: chunked';

/** Ambiguous whichever way the body is read, so refused before anybody is asked. `length` covers the whole body. */
function ambiguous(length: number): readonly Framing[] {
  const size = `Content-Length: ${length}`;
  return [
    ['Content-Length, then Transfer-Encoding', [size, chunked]],
    ['Transfer-Encoding, then Content-Length', [chunked, size]],
    ['Content-Length of nothing, then Transfer-Encoding', ['Content-Length: 0', chunked]],
    ['a header between the two', [chunked, 'X-Between: 1', size]],
    ['Transfer-Encoding in capitals', [size, 'TRANSFER-ENCODING: CHUNKED']],
    ['Transfer-Encoding in mixed letters', ['tRANSFER-eNCODING: cHUNKED', size]],
    ['Transfer-Encoding folded onto the next line', [size, 'Transfer-Encoding:', ' chunked']],
    ['Transfer-Encoding folded with a tab', ['Transfer-Encoding:', '\tchunked', size]],
    ['Transfer-Encoding folded behind a coding', [size, 'Transfer-Encoding: identity,', ' chunked']],
    ['Transfer-Encoding twice, beside a length', [size, chunked, chunked]],
    ['chunked, then identity, beside a length', [size, 'Transfer-Encoding: chunked, identity']],
    ['identity, then chunked, beside a length', [size, 'Transfer-Encoding: identity, chunked']],
    ['chunked, then identity', ['Transfer-Encoding: chunked, identity']],
    ['chunked and identity on two lines', [chunked, 'Transfer-Encoding: identity']],
    ['a coding that is none, beside a length', [size, 'Transfer-Encoding: xchunked']],
    ['chunked behind a vertical tab', [size, 'Transfer-Encoding: \u000bchunked']],
    ['chunked behind NUL', [size, 'Transfer-Encoding: \0chunked']],
    ['a space before the colon', [size, 'Transfer-Encoding : chunked']],
    ['a tab before the colon', [size, 'Transfer-Encoding\t: chunked']],
    ['a space before the colon of the length', [chunked, `Content-Length : ${length}`]],
    ['a name that starts with a vertical tab', [size, '\u000bTransfer-Encoding: chunked']],
    ['a name without a colon', [size, 'Transfer-Encoding', chunked]],
    ['a bare CR in front of Transfer-Encoding', [size, `X-Before: 1\r${chunked}`]],
    ['a bare LF in front of Transfer-Encoding', [size, `X-Before: 1\n${chunked}`]],
    ['NUL in a value', [size, 'X-Before: a\0b']],
    ['two lengths that differ', [size, 'Content-Length: 2']],
    ['two lengths that differ, the short one first', ['Content-Length: 2', size]],
    ['two lengths that are the same', [size, size]],
    ['two lengths on one line', [`Content-Length: 2, ${length}`]],
    ['two lengths on one line that are the same', [`Content-Length: ${length}, ${length}`]],
    ['a length with a sign', [`Content-Length: +${length}`]],
    ['a negative length', ['Content-Length: -1']],
    ['a hexadecimal length', ['Content-Length: 0x10']],
    ['a length with a space inside', ['Content-Length: 2 2']],
    ['a length with an underscore', ['Content-Length: 1_0']],
    ['an empty length', ['Content-Length:']],
    ['a length beyond 64 bits', ['Content-Length: 18446744073709551618']],
  ];
}

/** Codings without an end. Node finds it after the head, so the honest request may be judged. */
const endless: readonly Framing[] = [
  ['identity alone', ['Transfer-Encoding: identity']],
  ['a coding that is none', ['Transfer-Encoding: xchunked']],
  ['chunked with a parameter', ['Transfer-Encoding: chunked;q=1']],
  ['chunked in quotes', ['Transfer-Encoding: "chunked"']],
];

/** Bodies in chunks that are none. The honest request may be judged, since its head is good. */
const brokenChunks: readonly (readonly [name: string, chunks: string])[] = [
  ['a chunk extension that ends with a bare LF', '2;a=b\n{}\r\n0\r\n\r\n'],
  ['a chunk extension with a bare LF inside', '2;a=\nb\r\n{}\r\n0\r\n\r\n'],
  ['a chunk extension with a bare CR inside', '2;a=\rb\r\n{}\r\n0\r\n\r\n'],
  ['a chunk extension with NUL', '2;a=\0\r\n{}\r\n0\r\n\r\n'],
  ['a chunk extension of 32 KB', `2;a=${'x'.repeat(32_768)}\r\n{}\r\n0\r\n\r\n`],
  ['a size with a prefix', '0x2\r\n{}\r\n0\r\n\r\n'],
  ['a size with a space in front', ' 2\r\n{}\r\n0\r\n\r\n'],
  ['a size with a space behind', '2 \r\n{}\r\n0\r\n\r\n'],
  ['a size with a sign', '+2\r\n{}\r\n0\r\n\r\n'],
  ['a size beyond 64 bits', '10000000000000002\r\n{}\r\n0\r\n\r\n'],
  ['a size that ends with a bare LF', '2\n{}\r\n0\r\n\r\n'],
  ['data that ends with a bare LF', '2\r\n{}\n0\r\n\r\n'],
  ['data that is longer than its size', '2\r\n{} \r\n0\r\n\r\n'],
  ['data without an end', '2\r\n{}0\r\n\r\n'],
  ['a last chunk that ends with a bare LF', '2\r\n{}\r\n0\n\n'],
];

function message(lines: readonly string[], body = '', lineEnd = crlf): string {
  return [...lines, '', body].join(lineEnd);
}

/** All of them. */
export function smugglingAttempts(parts: SmugglingParts): readonly SmugglingAttempt[] {
  const { host, authorization, mark, hidden } = parts;
  const credentials = [host, authorization, mark];
  const fields = [...credentials, 'Content-Type: application/json'];
  const honest = ['POST /stock/apple HTTP/1.1', ...fields];
  const tokenInTrailer = message([...hidden.trimEnd().split(crlf), chunked], message(['0', authorization]));
  const goodChunks = `2${crlf}{}${crlf}0${crlf}${crlf}`;
  const body = `${goodChunks}${hidden}`;
  const refused = (name: string, bytes: string): SmugglingAttempt => ({ name, bytes, expected: 'refused' });
  const answered = (name: string, bytes: string): SmugglingAttempt => ({ name, bytes, expected: 'honest' });
  const settings = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0';
  const two = ['Content-Length: 2'];
  return [
    ...ambiguous(body.length).map(([name, lines]) => refused(name, message([...honest, ...lines], body))),
    refused('bare LF as the end of every line', message([...honest, ...two], `{}${hidden}`, '\n')),
    refused('bare LF, and chunks', message([...honest, chunked], body, '\n')),
    refused('bare CR as the end of every line', message([...honest, ...two], `{}${hidden}`, '\r')),
    refused('CONNECT with early data', message(['CONNECT inventory.test:443 HTTP/1.1', ...credentials], hidden)),
    refused(
      'CONNECT to a path, with early data',
      message(['CONNECT /whoami HTTP/1.1', ...credentials, ...two], `{}${hidden}`),
    ),
    refused('the preface of HTTP/2', `${preface}${hidden}`),
    ...endless.map(([name, lines]) => answered(name, message([...honest, ...lines], body))),
    ...brokenChunks.map(([name, chunks]) => answered(name, message([...honest, chunked], `${chunks}${hidden}`))),
    answered('chunks, and a request behind them', message([...honest, chunked], body)),
    answered('chunked twice', message([...honest, chunked, chunked], body)),
    answered('identity, then chunked', message([...honest, 'Transfer-Encoding: identity, chunked'], body)),
    answered('chunks over HTTP/1.0', message(['POST /stock/apple HTTP/1.0', ...fields, chunked], body)),
    answered('a body, and a request behind it', message([...honest, ...two], `{}${hidden}`)),
    answered('a request behind Connection: close', message([...honest, ...two, 'Connection: close'], `{}${hidden}`)),
    answered('a request behind Expect', message([...honest, ...two, 'Expect: 100-continue'], `{}${hidden}`)),
    answered(
      'GET with a request as its body',
      message(['GET /whoami HTTP/1.1', ...credentials, `Content-Length: ${hidden.length}`], hidden),
    ),
    answered('GET with a request behind it', message(['GET /whoami HTTP/1.1', ...credentials], hidden)),
    answered(
      'no host, and a request behind it',
      message([...honest.filter((line) => line !== host), ...two], `{}${hidden}`),
    ),
    answered('two hosts, and a request behind it', message([...honest, 'Host: evil.test', ...two], `{}${hidden}`)),
    answered(
      'an absolute target, and a request behind it',
      message(['POST https://evil.test/stock/apple HTTP/1.1', ...fields, ...two], `{}${hidden}`),
    ),
    answered(
      'a request with an absolute target behind it',
      message([...honest, ...two], `{}${hidden.replace(' /', ' https://inventory.test/')}`),
    ),
    answered('a request behind it with the token in a trailer', message([...honest, ...two], `{}${tokenInTrailer}`)),
    answered('upgrade to h2c', message([...honest, ...two, ...settings], `{}${preface}`)),
    answered('upgrade to h2c, and a request behind it', message([...honest, ...two, ...settings], `{}${hidden}`)),
    answered(
      'upgrade to WebSocket, and a request behind it',
      message([...honest, ...two, 'Connection: Upgrade', 'Upgrade: websocket'], `{}${hidden}`),
    ),
  ];
}
