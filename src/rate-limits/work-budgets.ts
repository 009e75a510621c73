import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { CodedError } from '../graphile/error-codes.ts';
import { makeProcessorShare } from './processor-share.ts';
import type { Rate } from './rates.ts';

/** Milliseconds of work that a client may cause at once, after a time in which it caused none. */
const BURST_MS = 1_000;
/** Milliseconds that a request waits at the most for work before it to be paid off; one that would wait longer is refused. */
const MAX_WAIT_MS = 5_000;
/** Clients that are remembered. */
const MAX_CLIENTS = 10_000;

type Account = {
  /** Milliseconds of work that the client may still cause; below 0 when it has caused too much. */
  balance: number;
  at: number;
  /** Requests that wait, and what they will take together. */
  waiting: number;
  pending: number;
  /** Ends when the last of them has been admitted. */
  last: Promise<void>;
};

type Options = {
  /** Milliseconds. */
  maxWait?: number;
  /** Ends the wait. */
  signal?: AbortSignal;
};

/**
 * How much of a process one client may keep busy. Each client has so many milliseconds in each second; when they are used
 * up, its expensive requests wait, one after the other, until they have come in again.
 */
export class WorkBudgets {
  readonly #perMillisecond: number;
  readonly #accounts = new LRUCache<string, Account>({ max: MAX_CLIENTS });

  readonly #share: () => number;

  /**
   * @param rate milliseconds of work in so many seconds, of a processor of its own
   * @param share which part of one the process has at the moment
   */
  constructor({ count, seconds }: Rate, share: () => number = makeProcessorShare()) {
    this.#perMillisecond = count / (seconds * 1000);
    this.#share = share;
  }

  /** Milliseconds of work that come in with each millisecond. */
  get #income(): number {
    return this.#perMillisecond * this.#share();
  }

  /**
   * Takes what a request will cost; undefined when it need not wait for that.
   *
   * @throws CodedError `RATE_LIMITED`; the promise rejects with `UNAVAILABLE` when the signal ends the wait
   */
  admit(
    client: string,
    cost: number,
    { maxWait = MAX_WAIT_MS, signal }: Options = {},
  ): Promise<void> | undefined {
    const account = this.#accountOf(client);
    if (account.waiting === 0 && account.balance >= 0) {
      account.balance -= cost;
      return undefined;
    }
    const wait = (account.pending - account.balance) / this.#income;
    if (wait > maxWait) {
      const message = 'Your address has asked for too much work. Wait before the next request.';
      throw new CodedError('RATE_LIMITED', message, { retryAfter: Math.ceil(wait / 1000) });
    }
    account.waiting++;
    account.pending += cost;
    const turn = account.last.then(() => this.#payOff(account, cost, signal));
    account.last = turn.catch(() => {});
    return turn;
  }

  /** Takes what a request has cost beside what was taken when it was admitted; gives back when that was too much. */
  charge(client: string, cost: number): void {
    const account = this.#accountOf(client);
    account.balance = Math.min(BURST_MS, account.balance - cost);
  }

  async #payOff(account: Account, cost: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      for (;;) {
        if (signal?.aborted) throw new CodedError('UNAVAILABLE');
        this.#refill(account);
        if (account.balance >= 0) break;
        const wait = Math.ceil(-account.balance / this.#income);
        // When the signal ends it, this is found above.
        await delay(wait, undefined, signal && { signal }).catch(() => {});
      }
      account.balance -= cost;
    } finally {
      account.waiting--;
      account.pending -= cost;
    }
  }

  #accountOf(client: string): Account {
    let account = this.#accounts.get(client);
    if (!account) {
      const last = Promise.resolve();
      account = { balance: BURST_MS, at: performance.now(), waiting: 0, pending: 0, last };
      this.#accounts.set(client, account);
    }
    this.#refill(account);
    return account;
  }

  #refill(account: Account): void {
    const now = performance.now();
    account.balance = Math.min(BURST_MS, account.balance + (now - account.at) * this.#income);
    account.at = now;
  }
}
