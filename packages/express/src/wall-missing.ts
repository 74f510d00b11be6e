/** The error of an `allow` without a wall in front: it goes to the error handlers of the application, as a 500. */
import { ConfigurationError } from '@countersign/core';

const problem = 'allow(…) stands here without a wall in front, so nobody was verified';
const fix = 'add this line above it: app.use(serviceAuth(auth, { atLeast: { caller: "spiffe://prod.example/**" } }))';

/** Names the route, and the line to add. */
export function wallMissing(route: string): ConfigurationError {
  return new ConfigurationError(route, [{ code: 'CONFIG_MISSING', option: 'serviceAuth', problem, fix }]);
}
