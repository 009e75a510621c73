import { resolve } from 'node:path';
import { z } from 'zod';
import { DEFAULT_SOCKET_LIMITS, parseSocketLimits } from './live-queries/socket-limits.ts';
import { DEFAULT_QUERY_LIMITS, parseQueryLimits } from './query-limits/query-limits.ts';
import { DEFAULT_RATES, parseRate, type Rates } from './rate-limits/rates.ts';
import { parseTrustProxy } from './trust-proxy.ts';

/** A setting that a function reads, which returns null for what it does not understand. */
function read<T>(parse: (text: string) => T | null, message: string) {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

const rate = (name: keyof Rates) =>
  read(parseRate, 'must be a rate such as `60 in 15 minutes`, of 24 days at most').default(
    DEFAULT_RATES[name],
  );

/** The settings that bound what clients may do. */
export const limitsEnvironment = {
  TRUST_PROXY: read(
    parseTrustProxy,
    'must be the number of proxies in front, or their addresses, separated by commas; not all addresses there are',
  ).default(false),
  QUERY_LIMITS: read(
    parseQueryLimits,
    `must be numbers above 0 such as \`depth=15 fields=800\`, of: ${Object.keys(DEFAULT_QUERY_LIMITS).join(', ')}`,
  ).default(DEFAULT_QUERY_LIMITS),
  SOCKET_LIMITS: read(
    parseSocketLimits,
    `must be numbers above 0 such as \`process=500 session=5\`, of: ${Object.keys(DEFAULT_SOCKET_LIMITS).join(', ')}`,
  ).default(DEFAULT_SOCKET_LIMITS),
  TRUSTED_DOCUMENTS: z.string().optional(),
  RATE_LIMITS: z.enum(['on', 'off'], { error: 'must be `on` or `off`' }).default('on'),
  RATE_LIMIT_REQUESTS: rate('requests'),
  RATE_LIMIT_WORK: rate('work'),
  RATE_LIMIT_LOGINS: rate('logins'),
  RATE_LIMIT_REFRESHES: rate('refreshes'),
  RATE_LIMIT_MAILS: rate('mails'),
  RATE_LIMIT_LOGINS_PER_ACCOUNT: rate('loginsPerAccount'),
  RATE_LIMIT_MAILS_PER_ACCOUNT: rate('mailsPerAccount'),
};
const limits = z.object(limitsEnvironment);

/** Those settings, as the server uses them. */
export function toLimits(env: z.infer<typeof limits>) {
  const rates: Rates = {
    requests: env.RATE_LIMIT_REQUESTS,
    work: env.RATE_LIMIT_WORK,
    logins: env.RATE_LIMIT_LOGINS,
    refreshes: env.RATE_LIMIT_REFRESHES,
    mails: env.RATE_LIMIT_MAILS,
    loginsPerAccount: env.RATE_LIMIT_LOGINS_PER_ACCOUNT,
    mailsPerAccount: env.RATE_LIMIT_MAILS_PER_ACCOUNT,
  };
  return {
    trustProxy: env.TRUST_PROXY,
    queryLimits: env.QUERY_LIMITS,
    socketLimits: env.SOCKET_LIMITS,
    /** A file, or a folder of files, of the documents that are answered; undefined: any document. */
    trustedDocuments: env.TRUSTED_DOCUMENTS && resolve(env.TRUSTED_DOCUMENTS),
    /** Null: off, for load tests. */
    rates: env.RATE_LIMITS === 'on' ? rates : null,
  };
}
