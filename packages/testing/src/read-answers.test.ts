import { expect, test } from 'vitest';
import { readAnswers } from './read-answers.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const inChunks = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nA\r\nbbbbbbbbbb\r\n0\r\n\r\n';
const refused = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';
const goOn = 'HTTP/1.1 100 Continue\r\n\r\n';

test.each<[string, string, readonly (readonly [number, string])[]]>([
  ['nothing', '', []],
  ['one answer', ok, [[200, 'ok']]],
  ['half a head', ok.slice(0, 20), []],
  ['half a body', ok.slice(0, -1), []],
  ['an answer in chunks', inChunks, [[200, 'abbbbbbbbbb']]],
  ['chunks without the last one', inChunks.slice(0, -5), []],
  ['a chunk that is not whole', inChunks.slice(0, -9), []],
  [
    'several, and the start of the next',
    `${ok}${inChunks}${refused}HTTP/1.1 2`,
    [
      [200, 'ok'],
      [200, 'abbbbbbbbbb'],
      [400, ''],
    ],
  ],
  ['an interim answer in front', `${goOn}${ok}`, [[200, 'ok']]],
  ['a switch to another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n\0\0', [[101, '']]],
  ['what is no HTTP', 'PRI * HTTP/2.0\r\n\r\n', []],
])('answers are read one after the other: %s', (_name, text, expected) => {
  const answers = readAnswers(Buffer.from(text, 'latin1'));
  expect(answers.map(({ status, body }) => [status, body])).toEqual(expected);
});
