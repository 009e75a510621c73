import { isIP } from 'node:net';

/**
 * Reads an address as proxies write it: with a port, in brackets, in quotes, with a zone. IPv6 is written in its shortest form,
 * and as IPv4 where it only wraps that.
 *
 * @returns undefined for what is no address, such as `unknown` or `_hidden`
 */
export function parseClientAddress(text: string | undefined): string | undefined {
  const bare = text?.trim().replace(/^"(.*)"$/, '$1') ?? '';
  const [, inBrackets] = /^\[([^\]]*)\](?::\d*)?$/.exec(bare) ?? [];
  const [, beforePort] = /^([\d.]+):\d*$/.exec(bare) ?? [];
  const address = (inBrackets ?? beforePort ?? bare).replace(/%.*$/, '');
  if (isIP(address) === 4) return address;
  if (isIP(address) === 6) return shorten(address);
  // Eight groups, and a port without brackets.
  const withoutPort = /^((?:[\da-f]{1,4}:){7}[\da-f]{1,4}):\d{1,5}$/i.exec(address)?.[1];
  return withoutPort && shorten(withoutPort);
}

function shorten(address: string): string {
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  return [high, low]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}
