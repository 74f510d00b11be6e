/**
 * Scopes by which a client logs a user in (OpenID Connect Core §5.4, §11). Products add them to every answer, asked for or
 * not. They say what a client may learn of a user, and open nothing at a service.
 */
export const loginScopes: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
]);
