import { describe, expect, test } from 'vitest';
import { graphqlRequestOf, nodeRequestOf } from './node-request-of.ts';

const request = { rawHeaders: [], socket: {} };

test.each([
  ['a request of Node', request, true],
  ['a request of Fastify', { raw: request }, true],
  ['without header lines', { socket: {} }, false],
  ['without a socket', { rawHeaders: [] }, false],
  ['header lines that are no list', { rawHeaders: {}, socket: {} }, false],
  ['something around nothing', { raw: {} }, false],
  ['a text', 'request', false],
  ['null', null, false],
  ['nothing', undefined, false],
])('%s', (_title, given, known) => {
  expect(nodeRequestOf(given)).toBe(known ? request : undefined);
});

describe('the context of GraphQL', () => {
  test.each([
    ['req', { req: request }, true],
    ['request', { request: { raw: request } }, true],
    ['extra.request', { extra: { request } }, true],
    ['another name', { query: request }, false],
    ['nothing in it', {}, false],
    ['nothing', undefined, false],
  ])('%s', (_title, given, known) => {
    expect(graphqlRequestOf(given)).toBe(known ? request : undefined);
  });
});
