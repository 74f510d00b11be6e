/** Requests that no client library sends: odd spellings of a header, trailers, and requests hidden inside of others. */

/**
 * @param {import('./forgeries.mjs').Lines} forged
 * @returns {Readonly<Record<string, string>>} whole requests, by what they are called
 */
export function oddRequests(forged) {
  const start = 'GET /who HTTP/1.1\r\nHost: localhost\r\n';
  const post = 'POST /who HTTP/1.1\r\nHost: localhost\r\n';
  const close = 'Connection: close\r\n';
  const write = (/** @type {(name: string, value: string) => string} */ line) =>
    forged.map(([name, value]) => line(name, value)).join('');
  const plain = write((name, value) => `${name}: ${value}\r\n`);
  const hidden = `${start}${plain}${close}\r\n`;
  const size = hidden.length.toString(16);
  const inside = (/** @type {string} */ fields, /** @type {string} */ body) => `${post}${fields}\r\n${body}`;
  const chunk = `${size}\r\n${hidden}\r\n0\r\n\r\n`;
  return {
    'a space before the colon': `${start}${write((name, value) => `${name} : ${value}\r\n`)}${close}\r\n`,
    'a tab before the colon': `${start}${write((name, value) => `${name}\t: ${value}\r\n`)}${close}\r\n`,
    'a space before the name': `${start}${write((name, value) => ` ${name}: ${value}\r\n`)}${close}\r\n`,
    'a folded line': `${start}${write((name, value) => `X-A: b\r\n ${name}: ${value}\r\n`)}${close}\r\n`,
    'a folded value': `${start}${write((name, value) => `${name}:\r\n ${value}\r\n`)}${close}\r\n`,
    'bare line feeds': `${start}${write((name, value) => `X-A: b\n${name}: ${value}\n`)}${close}\r\n`,
    'bare carriage returns': `${start}${write((name, value) => `X-A: b\r${name}: ${value}\r\n`)}${close}\r\n`,
    'NUL in the name': `${start}${write((name, value) => `${name}\0: ${value}\r\n`)}${close}\r\n`,
    trailers: `${post}${close}Transfer-Encoding: chunked\r\nTrailer: ${forged.map(([name]) => name).join(', ')}\r\n\r\n0\r\n${plain}\r\n`,
    'a second request behind the first': `${start}\r\n${hidden}`,
    'a request behind a length of zero': inside('Content-Length: 0\r\n', hidden),
    'two lengths': inside(`Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n`, hidden),
    'a length with a sign': inside(`Content-Length: +${hidden.length}\r\n`, hidden),
    'a length and chunks, hidden behind the chunks': inside(
      `Content-Length: ${hidden.length + 5}\r\nTransfer-Encoding: chunked\r\n`,
      `0\r\n\r\n${hidden}`,
    ),
    'a length and chunks, hidden in a chunk': inside(
      `Content-Length: ${size.length + 2}\r\nTransfer-Encoding: chunked\r\n`,
      chunk,
    ),
    ...Object.fromEntries(
      ['Transfer-Encoding : chunked', 'Transfer-Encoding: xchunked', 'Transfer-Encoding:\u000bchunked'].map((field) => [
        `${JSON.stringify(field)} and a length`,
        inside(`Content-Length: ${hidden.length + 5}\r\n${field}\r\n`, `0\r\n\r\n${hidden}`),
      ]),
    ),
    'two transfer encodings': inside(
      `Content-Length: ${hidden.length + 5}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n`,
      `0\r\n\r\n${hidden}`,
    ),
    'a chunk with an odd end': inside('Transfer-Encoding: chunked\r\n', `0;a\n\r\n\r\n${hidden}`),
    'a request that asks for another protocol': `${start}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n${hidden}`,
  };
}
