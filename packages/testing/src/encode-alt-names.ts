/**
 * The subject alternative name extension (RFC 5280 §4.2.1.6), byte by byte: a careful library would refuse to write
 * the NUL, the comma and the second URI that tests need.
 */

/** Names to write. Texts go in as their UTF-8 bytes, whatever they hold. */
export interface AltNames {
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  /** IPv4 addresses. */
  readonly ipAddresses: readonly string[];
}

const tags = { dnsName: 0x82, uri: 0x86, ipAddress: 0x87, sequence: 0x30 } as const;

function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}

/** The extension's value as DER; undefined when there is no name. */
export function encodeAltNames({ uris, dnsNames, ipAddresses }: AltNames): Buffer | undefined {
  const names = [
    ...uris.map((uri) => element(tags.uri, Buffer.from(uri, 'utf8'))),
    ...dnsNames.map((name) => element(tags.dnsName, Buffer.from(name, 'utf8'))),
    ...ipAddresses.map((address) => element(tags.ipAddress, Buffer.from(address.split('.').map(Number)))),
  ];
  return names.length === 0 ? undefined : element(tags.sequence, Buffer.concat(names));
}
