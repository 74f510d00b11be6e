/** The tests of the adapter over HTTP, on NestJS 11 (see `oldNest` in vitest.config.ts). */
import '#adapter/service-auth.test.ts';
