/** The tests of the adapter for listings, on NestJS 11 (see `oldNest` in vitest.config.ts). */
import '#adapter/describe-routes.test.ts';
