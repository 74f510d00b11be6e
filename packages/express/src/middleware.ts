/**
 * Express middleware by its shape, so that the package imports neither major of Express nor its types: what is made
 * here fits `express.RequestHandler` of both.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Hands the request on, or an error to the error handlers. */
export type Next = (error?: unknown) => void;

/** A middleware of Express 4 and 5. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void;
