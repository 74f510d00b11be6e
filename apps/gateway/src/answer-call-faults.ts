/**
 * The error handler for calls that got no answer: our caller is told what that means for it, and why, in one word. A 401
 * names its scheme (RFC 9110 §15.5.2). The message of the error stays here: it names issuers and certificates.
 */
import { answerStatusOf, ServiceCallError } from '@countersign/express/client';
import type { ErrorRequestHandler } from 'express';

/** Comes last, behind all routes. */
// oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
export const answerCallFaults: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent || !(error instanceof ServiceCallError)) return next(error);
  const status = answerStatusOf(error);
  if (status === 401) response.set('www-authenticate', 'Bearer error="invalid_token"');
  response.status(status).json({ error: error.code });
};
