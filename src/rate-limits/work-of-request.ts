import type { ByteBudget } from '../database/byte-budget.ts';

/**
 * Milliseconds that keep a process busy, as measured: to plan a field of a document that was not seen before, to validate a
 * character of one that is made to be slow, to execute a field of one that has been planned, to read a value from the database
 * and write it into the answer, and a byte of it.
 */
const PER_FIELD = 0.3;
const PER_EXECUTED_FIELD = 0.015;
const PER_CHARACTER = 0.003;
const PER_VALUE = 0.004;
const PER_BYTE = 5e-6;
/** The first run of a plan takes so many times as long as to make it: its functions and its SQL are made then, too. */
const FIRST_RUN = 3;
/** A value takes so many bytes at least, with its part of the row. */
const SMALLEST_VALUE = 10;

/** Milliseconds. Requests that cost less are not held back: requests are counted, too, and there are too many of these. */
export const CHEAP = 5;
/** The same, of an estimate: to plan a page of three fields takes as long as to plan ten fields of one row. */
const CHEAP_UNSEEN = 1;

/** What is known of how expensive a document is, with variables of these sizes. Learned from how it ran. */
export class DocumentCost {
  /** Milliseconds that its next execution is expected to keep the process busy. */
  expected: number;
  readonly #fields: number;
  readonly #values: number;
  #hasRun = false;

  /** @param size of the document, which has not run yet, and the length of its text */
  constructor({ fields, values }: { fields: number; values: number }, length: number) {
    this.#fields = fields;
    this.#values = values;
    this.expected = fields * PER_FIELD + length * PER_CHARACTER;
  }

  /** Whether it need not be held back. Of what has not run yet, only the smallest documents are believed to be cheap. */
  get isCheap(): boolean {
    return this.expected < (this.#hasRun ? CHEAP : CHEAP_UNSEEN);
  }

  /**
   * Learns from an execution.
   *
   * @param planning milliseconds that it took to plan it; 0 where there was a plan already
   * @returns milliseconds that it has cost
   */
  learn(planning: number, budget: Pick<ByteBudget, 'used'> | undefined): number {
    const isPlanned = !this.#hasRun || planning >= CHEAP;
    this.#hasRun = true;
    const cost =
      planning * (isPlanned ? FIRST_RUN : 1) +
      this.#fields * PER_EXECUTED_FIELD +
      costOfBytes(budget?.used ?? 0, this.#values);
    // What is seldom expensive, such as what has to be planned from time to time, is not forgotten at once.
    this.expected = cost > this.expected ? cost : (cost + this.expected) / 2;
    return cost;
  }
}

/** Milliseconds that an answer of the database keeps the process busy. @param values that it has at the most */
export const costOfBytes = (bytes: number, values = Number.POSITIVE_INFINITY): number =>
  bytes * PER_BYTE + Math.min(values, bytes / SMALLEST_VALUE) * PER_VALUE;

/** Milliseconds that an answer keeps the process busy that holds as many values as the document can ask for. */
export const costOfAll = ({ values }: { values: number }): number => values * PER_VALUE;
