import { isIP } from 'node:net';
import { parseClientAddress } from '../client-address.ts';

/**
 * What counts as one client: an IPv4 address, or the /64 network of an IPv6 address, as providers give at least that to
 * each customer, who could otherwise use another address for each request.
 */
export function clientNetwork(address: string | undefined): string {
  const plain = parseClientAddress(address) ?? 'unknown';
  if (isIP(plain) !== 6) return plain;
  // `URL` writes every IPv6 address in the same way, in hexadecimal.
  const [head, tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::') as [string, string?];
  const groups = head.split(':').filter(Boolean);
  const rest = tail?.split(':').filter(Boolean) ?? [];
  const all = [...groups, ...Array<string>(8 - groups.length - rest.length).fill('0'), ...rest];
  return `${all.slice(0, 4).join(':')}::/64`;
}
