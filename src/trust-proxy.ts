import { BlockList, isIP } from 'node:net';
import { parseClientAddress } from './client-address.ts';

/** Ranges that Express knows by name. */
const NAMED: Record<string, string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/**
 * Reads whose `X-Forwarded-For` is believed: no client's (`false`), that of a number of proxies in front of each other, or
 * that of proxies with these addresses, ranges of them, or one of Express's names. Null for anything else, `true` and ranges of
 * all addresses included: to believe every client would let each choose its own address.
 */
export function parseTrustProxy(text: string): false | number | string | null {
  const value = text.trim();
  if (value === 'false') return false;
  if (/^\d{1,2}$/.test(value)) return Number(value) || false;
  const parts = value.split(',').map((part) => part.trim());
  return parts.every((part) => Object.hasOwn(NAMED, part) || isRange(part)) ? parts.join(', ') : null;
}

/**
 * The same as a setting of Express: a number, or a function that knows the proxies also where their address is written with a port.
 */
export function toTrustSetting(
  trustProxy: false | number | string,
): false | number | ((address: string) => boolean) {
  if (typeof trustProxy !== 'string') return trustProxy;
  const known = new BlockList();
  for (const part of trustProxy.split(', ').flatMap((name) => NAMED[name] ?? [name])) {
    const [address, bits] = part.split('/') as [string, string?];
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) known.addAddress(address, family);
    else known.addSubnet(address, Number(bits), family);
  }
  return (text) => {
    const address = parseClientAddress(text);
    return address !== undefined && known.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  };
}

function isRange(text: string): boolean {
  const [address, bits, ...rest] = text.split('/') as [string, string?];
  const width = { 0: 0, 4: 32, 6: 128 }[isIP(address)] as number;
  if (width === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= width);
}
