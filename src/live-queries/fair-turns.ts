import { CodedError } from '../graphile/error-codes.ts';

export type TurnLimits = {
  /** Works at the same time. */
  places: number;
  /** Of them, those of one key. */
  placesPerKey: number;
  /** Works of one key that may wait. */
  waitingPerKey: number;
};

type Waiting = { begin(): void };
type OfKey = { running: number; waiting: Set<Waiting> };

/**
 * Lets some work at a time. Keys, such as users, take turns: who asks for much waits behind its own work, not before that
 * of others.
 */
export class FairTurns {
  readonly #limits: TurnLimits;
  /** Those that work or wait; whose turn was longest ago comes first. */
  readonly #keys = new Map<string, OfKey>();
  #running = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** How many wait. */
  get waiting(): number {
    let count = 0;
    for (const { waiting } of this.#keys.values()) count += waiting.size;
    return count;
  }

  /**
   * Does the work when it is the key's turn.
   *
   * @param signal ends the wait; work that has begun is its own to end
   * @throws CodedError `RATE_LIMITED` when too much of this key waits already, `UNAVAILABLE` when the signal ends the wait
   */
  async take<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#begin(key, signal);
    try {
      return await work();
    } finally {
      this.#end(key);
    }
  }

  #begin(key: string, signal: AbortSignal | undefined): Promise<void> | void {
    if (signal?.aborted) throw new CodedError('UNAVAILABLE');
    const { places, placesPerKey, waitingPerKey } = this.#limits;
    const own = this.#keys.get(key) ?? { running: 0, waiting: new Set() };
    this.#keys.set(key, own);
    if (this.#running < places && own.running < placesPerKey) {
      this.#start(key, own);
      return;
    }
    if (own.waiting.size >= waitingPerKey)
      throw new CodedError('RATE_LIMITED', 'Too many events of yours wait to be answered.');
    return new Promise((resolve, reject) => {
      const leave = () => {
        own.waiting.delete(entry);
        this.#forget(key, own);
        reject(new CodedError('UNAVAILABLE'));
      };
      const entry: Waiting = {
        begin: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      own.waiting.add(entry);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #start(key: string, own: OfKey): void {
    this.#running++;
    own.running++;
    this.#moveToEnd(key, own);
  }

  #end(key: string): void {
    const own = this.#keys.get(key) as OfKey;
    this.#running--;
    own.running--;
    this.#moveToEnd(key, own);
    this.#forget(key, own);
    this.#next();
  }

  /** Gives the free place to the key whose turn was longest ago. */
  #next(): void {
    for (const [key, own] of this.#keys) {
      const [first] = own.waiting;
      if (!first || own.running >= this.#limits.placesPerKey) continue;
      own.waiting.delete(first);
      this.#start(key, own);
      first.begin();
      return;
    }
  }

  #moveToEnd(key: string, own: OfKey): void {
    this.#keys.delete(key);
    this.#keys.set(key, own);
  }

  #forget(key: string, { running, waiting }: OfKey): void {
    if (running === 0 && waiting.size === 0) this.#keys.delete(key);
  }
}
