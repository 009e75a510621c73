import { createHmac } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Deps } from '../deps.ts';
import { CodedError } from '../graphile/error-codes.ts';
import { toCodedError } from '../graphile/to-coded-error.ts';
import { identityKey, mailboxKey } from '../identity.ts';
import { clientNetwork } from './client-network.ts';
import type { LimitedOperation } from './limited-operations.ts';
import { makeStoredLimiter } from './make-stored-limiter.ts';
import type { Rates } from './rates.ts';

export type RateLimits = ReturnType<typeof makeRateLimits>;
type Limiter = Pick<RateLimiterMemory, 'consume'>;

/**
 * Limits what one client address and one account may do.
 *
 * All requests of an address are counted in the memory of each process, so a read costs no look into a store; with
 * several processes an address may therefore send as many times more, which for this limit does no harm: it is there to
 * leave the others their share of the process. Operations that guess, mail, or hash are counted in a store that all
 * processes share. While that cannot be reached they are refused, and everything else goes on.
 */
export function makeRateLimits(deps: Pick<Deps, 'config' | 'pools' | 'redis' | 'logger'>, rates: Rates) {
  const { config, logger } = deps;
  const requests = new RateLimiterMemory({ points: rates.requests.count, duration: rates.requests.seconds });
  const stored = (name: keyof Rates) => makeStoredLimiter(deps, name, rates[name]);
  const byAddress = { logins: stored('logins'), refreshes: stored('refreshes'), mails: stored('mails') };
  const byAccount = { logins: stored('loginsPerAccount'), refreshes: null, mails: stored('mailsPerAccount') };

  /** Names and addresses are kept only as a hash that says nothing without the server's secret. */
  function accountKey({ kind, value }: NonNullable<LimitedOperation['account']>): string {
    const normal = { session: (id: string) => id, username: identityKey, email: mailboxKey }[kind](value);
    return createHmac('sha256', config.session.secrets[0] as string)
      .update(`${kind} ${normal}`)
      .digest('base64url');
  }

  async function consume(
    limiter: Limiter,
    key: string,
    points: number,
    refuse: (wait: number) => CodedError,
  ) {
    try {
      await limiter.consume(key, points);
    } catch (error) {
      if (error instanceof RateLimiterRes) throw refuse(Math.max(1, Math.ceil(error.msBeforeNext / 1000)));
      logger.warn({ reason: (error as Error).message }, 'rate limits');
      const coded = toCodedError(error);
      throw coded?.code === 'TIMEOUT' ? coded : new CodedError('UNAVAILABLE');
    }
  }

  return {
    /** Counts a request. @throws CodedError `RATE_LIMITED` */
    admitRequest(address: string | undefined): Promise<void> {
      return consume(requests, clientNetwork(address), 1, tooManyOfAddress);
    },

    /** Counts each of the operations. @throws CodedError `RATE_LIMITED`, `TOO_MANY_ATTEMPTS`, `UNAVAILABLE`, `TIMEOUT` */
    async admitOperations(address: string | undefined, operations: LimitedOperation[]): Promise<void> {
      // The address first: one that may do no more shall not use up what others' accounts may.
      for (const [limit, { length }] of Map.groupBy(operations, ({ limit }) => limit))
        await consume(byAddress[limit], clientNetwork(address), length, tooManyOfAddress);
      for (const [limit, ofLimit] of Map.groupBy(operations, ({ limit }) => limit)) {
        const limiter = byAccount[limit];
        const keys = ofLimit.flatMap(({ account }) => (account ? [accountKey(account)] : []));
        for (const [key, { length }] of Map.groupBy(keys, (key) => key))
          if (limiter) await consume(limiter, key, length, tooManyOfAccount);
      }
    },
  };
}

const tooManyOfAddress = (retryAfter: number) => new CodedError('RATE_LIMITED', undefined, { retryAfter });
const tooManyOfAccount = (retryAfter: number) =>
  new CodedError('TOO_MANY_ATTEMPTS', `Too many attempts. Try again in ${retryAfter} seconds.`, {
    retryAfter,
  });
