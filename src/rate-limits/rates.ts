import { parseDuration } from '../parse-duration.ts';

/** So many times in so many seconds, counted from the first. */
export type Rate = { count: number; seconds: number };

/**
 * Per address, which may be that of a whole office or school:
 * - `requests`: anything. 50 a second are 2 % of what a process serves, and let 100 people behind one address load a
 *   page of 30 requests each minute.
 * - `work`: milliseconds for which expensive requests keep the process busy: a quarter of its time. They wait when it is
 *   used up; only those that would wait for long are refused.
 * - `logins`: a password, or a token made by one. All 200 people of an office may log in within the same hour; somebody
 *   who tries stolen passwords gets through 5,760 a day.
 * - `refreshes`: 1,800 in an hour, as Supabase Auth allows; access tokens last 10 minutes, so that is 300 devices.
 * - `mails`: what causes a mail, registrations among them. A class of 30 may register in the same lesson.
 *
 * Per account, whatever the address:
 * - `loginsPerAccount`: OWASP ASVS 4.0 (2.2.1) has no more than 100 failed logins of an account in an hour. The throttle
 *   in the database, which counts wrong passwords, is stricter; this one counts right ones too.
 * - `mailsPerAccount`: the database sends at most 5 of a kind to an address in an hour, and says nothing about the rest;
 *   this one says so.
 */
export const DEFAULT_RATES = {
  requests: { count: 3_000, seconds: 60 },
  work: { count: 15_000, seconds: 60 },
  logins: { count: 60, seconds: 15 * 60 },
  refreshes: { count: 450, seconds: 15 * 60 },
  mails: { count: 30, seconds: 3600 },
  loginsPerAccount: { count: 100, seconds: 3600 },
  mailsPerAccount: { count: 10, seconds: 3600 },
} satisfies Record<string, Rate>;

export type Rates = Record<keyof typeof DEFAULT_RATES, Rate>;

/** Seconds: Node's timers count at most 2^31 milliseconds, and fire at once beyond that. */
const LONGEST = 24 * 24 * 3600;

/** Reads `60 in 15 minutes`; null for anything else. */
export function parseRate(text: string): Rate | null {
  const [, count, duration] = /^\s*(\d{1,9}) in (.+)$/.exec(text) ?? [];
  const seconds = duration === undefined ? null : parseDuration(duration);
  return seconds !== null && seconds <= LONGEST && Number(count) > 0
    ? { count: Number(count), seconds }
    : null;
}
