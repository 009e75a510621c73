import { isIP } from 'node:net';

/** Ranges that Express knows by name. */
const NAMES = ['loopback', 'linklocal', 'uniquelocal'];

/**
 * Reads whose `X-Forwarded-For` is believed: nobody's (`false`), that of a number of proxies in front of each other, or
 * that of proxies with these addresses, ranges of them, or one of Express's names. Null for anything else, `true`
 * included: to believe everybody would let each client choose its own address.
 */
export function parseTrustProxy(text: string): false | number | string | null {
  const value = text.trim();
  if (value === 'false') return false;
  if (/^\d{1,2}$/.test(value)) return Number(value) || false;
  const parts = value.split(',').map((part) => part.trim());
  return parts.every((part) => NAMES.includes(part) || isRange(part)) ? parts.join(', ') : null;
}

function isRange(text: string): boolean {
  const [address, bits, ...rest] = text.split('/') as [string, string?];
  const width = { 0: 0, 4: 32, 6: 128 }[isIP(address)] as number;
  if (width === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width);
}
