/** The tests of the adapter in gRPC, on NestJS 11 (see `oldNest` in vitest.config.ts). */
import '#adapter/grpc.test.ts';
