import { z } from 'zod';

/** Schemes whose pages have no origin that could be told from others'. */
const OPAQUE = /^(file|data|blob|about|javascript):/i;

/**
 * Origins of pages, separated by commas, as browsers send them: in lower case, in ASCII, without a default port and without a
 * slash at the end. What no browser would send is refused.
 */
export const origins = z.string().transform((value, context) => {
  const items = value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
  return items.map((item) => {
    const origin = toOrigin(item);
    if (origin !== null) return origin;
    context.addIssue({ code: 'custom', message: `${EXPECTED}; ${nameOf(item)} is ${whatIs(item)}` });
    return z.NEVER;
  });
});

const EXPECTED = 'must be origins such as https://app.example.com, separated by commas';

function toOrigin(item: string): string | null {
  if (/[*\s]/.test(item) || OPAQUE.test(item) || !URL.canParse(item)) return null;
  const { protocol, host, origin, pathname, search, hash, username, password } = new URL(item);
  if (!host || !['', '/'].includes(pathname) || search || hash || username || password) return null;
  // Apps have schemes of their own, such as capacitor://localhost.
  return origin === 'null' ? `${protocol}//${host.toLowerCase()}` : origin;
}

/** What stands before an @ may be a password. */
const nameOf = (item: string) => (item.includes('@') ? 'one of them' : JSON.stringify(item));

function whatIs(item: string): string {
  if (item === 'null') return 'the origin of every sandboxed page and every file';
  if (item.includes('*')) return 'a pattern; list each origin';
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(item)) return 'without a scheme';
  return 'more or less than scheme, host and port';
}
