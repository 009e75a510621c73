import addressparser from 'nodemailer/lib/addressparser';
import { z } from 'zod';
import { parseDatabaseUrl } from './database/urls.ts';

/** Characters that end a part of a URL, and must be written otherwise within a password. */
const ENCODE =
  'percent-encode the password in it: % as %25, @ as %40, / as %2F, # as %23, ? as %3F, a space as %20';

/** A setting that must be a URL of one of these protocols; never quoted in the message, because it may hold a password. */
export const url = (...protocols: string[]) =>
  z.string().superRefine((value, context) => {
    const message = problemOf(value, protocols);
    if (message) context.addIssue({ code: 'custom', message });
  });

/** A database, by a URL that the driver can read. `needs` says what must be in it beside the server. */
export const postgresUrl = (...needs: Array<'user' | 'database'>) =>
  z.string().superRefine((value, context) => {
    const message = databaseProblemOf(value, needs);
    if (message) context.addIssue({ code: 'custom', message });
  });

/** A URL of a service with a login: SMTP, Redis. */
export const serviceUrl = (...protocols: string[]) =>
  url(...protocols).superRefine((value, context) => {
    const message = problemOf(value, protocols) ? undefined : loginProblemOf(value);
    if (message) context.addIssue({ code: 'custom', message });
  });

/** Redis numbers its databases. */
export const redisUrl = serviceUrl('redis', 'rediss').refine(
  (value) => !URL.canParse(value) || /^\/?\d*$/.test(new URL(value).pathname),
  { error: 'must end with the number of a database, such as redis://localhost:6379/0, or with none' },
);

/** The origin of a URL that has nothing but one. */
export const originUrl = url('http', 'https')
  .refine(
    (value) => {
      if (!URL.canParse(value)) return true; // said already
      const { pathname, search, hash, username, password } = new URL(value);
      return pathname === '/' && !search && !hash && !username && !password && !/[?#]$/.test(value);
    },
    { error: 'must be an origin such as https://example.com, without a path, a query or a login' },
  )
  .transform((value) => (URL.canParse(value) ? new URL(value).origin : value));

function problemOf(value: string, protocols: string[]): string | undefined {
  const begins = protocols.map((protocol) => `${protocol}://`);
  if (!begins.some((start) => value.toLowerCase().startsWith(start)))
    return `must be a URL that begins with ${begins.join(' or ')}`;
  if (!URL.canParse(value)) return `is not a URL${/@/.test(value) ? `; ${ENCODE}` : ''}`;
  if (!new URL(value).hostname) return 'must name a host';
  return undefined;
}

function loginProblemOf(value: string): string | undefined {
  const { username, password, pathname, search, hash } = new URL(value);
  const isCut = !username && /@/.test(pathname + search + hash);
  return hash || isCut || !isDecodable(username + password) ? ENCODE_SENTENCE : undefined;
}

const ENCODE_SENTENCE = `cannot be read; ${ENCODE}`;

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function databaseProblemOf(value: string, needs: Array<'user' | 'database'>): string | undefined {
  if (!/^postgres(ql)?:\/\//i.test(value))
    return 'must be a URL that begins with postgres:// or postgresql://';
  const [, authority = '', rest = ''] = /^[^:]+:\/\/([^/?#]*)(.*)$/s.exec(value) ?? [];
  if (/,/.test(authority.replace(/^.*@/, '')))
    return 'must name one host; put a proxy, or a name that follows the primary, in front of several';
  // An unencoded / # or ? ends the address early, and the rest of the password becomes something else.
  const query = new URLSearchParams(/\?([^#]*)/.exec(rest)?.[1]);
  const isCut = !authority.includes('@') && rest.includes('@') && !query.has('user');
  if (isCut || rest.includes('#')) return ENCODE_SENTENCE;
  let parts: ReturnType<typeof parseDatabaseUrl>;
  try {
    parts = parseDatabaseUrl(value);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    return code && path ? `names a file that cannot be read (${code}): ${path}` : ENCODE_SENTENCE;
  }
  if (!Number.isInteger(parts.port) || parts.port < 1 || parts.port > 65_535) return 'has an impossible port';
  const login = authority.slice(0, Math.max(0, authority.lastIndexOf('@')));
  if (needs.includes('user') && !login.replace(/:.*$/s, '') && !query.get('user'))
    return 'must name a user before the host, as in postgres://USER:PASSWORD@host/database';
  const path = rest.replace(/\?.*$/s, '').slice(1);
  if (needs.includes('database') && !path)
    return 'must name a database after the host, as in postgres://USER:PASSWORD@host/database';
  return undefined;
}

/** Such a setting, or the word `off`. */
export const offOr = (setting: ReturnType<typeof postgresUrl>) =>
  z.string().superRefine((value, context) => {
    const result = value === 'off' ? undefined : setting.safeParse(value);
    for (const { message } of result?.error?.issues ?? [])
      context.addIssue({ code: 'custom', message: `${message}, or \`off\`` });
  });

/** One address, with or without a name before it. */
export const mailFrom = z.string().refine(
  (value) => {
    const [sender, ...more] = addressparser(value);
    return more.length === 0 && /^[^\s@<>]+@[^\s@<>]+$/.test(sender?.address ?? '') && !/[\r\n]/.test(value);
  },
  {
    error: 'must be one address, such as Rowgate <no-reply@example.com>',
  },
);
