/** The tests of the adapter at boot, on NestJS 11 (see `oldNest` in vitest.config.ts). */
import '#adapter/boot.test.ts';
