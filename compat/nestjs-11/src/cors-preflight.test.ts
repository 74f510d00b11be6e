/** The tests of the adapter for preflights, on NestJS 11 (see `oldNest` in vitest.config.ts). */
import '#adapter/cors-preflight.test.ts';
