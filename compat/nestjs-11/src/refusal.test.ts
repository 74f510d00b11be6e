/** The tests of the adapter for refusals over HTTP, on NestJS 11 (see `oldNest` in vitest.config.ts). */
import '#adapter/refusal.test.ts';
