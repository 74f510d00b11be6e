/**
 * Finds private keys in input, wherever they sit: PEM blocks, JWKs, JWKs inside claims. Such input is refused as a
 * whole and nothing of it is shown, because a terminal, a log or a ticket keeps what it was shown.
 */
const privatePem = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Whether a text holds a private key as PEM. */
export function holdsPrivatePem(text: string): boolean {
  return privatePem.test(text);
}

/** Whether a JSON value holds a private or symmetric key at any depth. Walks without recursion. */
export function holdsPrivateKey(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === 'string' && holdsPrivatePem(one)) return true;
    if (typeof one !== 'object' || one === null) continue;
    if (Object.hasOwn(one, 'kty') && privateMembers.some((name) => Object.hasOwn(one, name))) return true;
    left.push(...Object.values(one));
  }
  return false;
}
