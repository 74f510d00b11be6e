/** The tests of the adapter in GraphQL, TCP and unknown contexts, on NestJS 11 (see `oldNest` in vitest.config.ts). */
import '#adapter/contexts.test.ts';
