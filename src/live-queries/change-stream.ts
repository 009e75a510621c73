/**
 * "Something has changed", again and again, for one reader. The first comes at once, so that whoever begins to watch
 * learns how things are; changes that the reader has not yet taken are one. So a slow reader costs nothing, and always
 * ends with the newest state.
 */
export class ChangeStream implements AsyncIterableIterator<true> {
  #hasChanged = true;
  #isOver = false;
  #waiting: ((result: IteratorResult<true>) => void) | null = null;
  readonly #onOver: () => void;

  /** @param onOver called once, when the reader has stopped */
  constructor(onOver: () => void) {
    this.#onOver = onOver;
  }

  /** Something has changed. */
  change(): void {
    if (this.#isOver) return;
    if (!this.#waiting) this.#hasChanged = true;
    else this.#give({ done: false, value: true });
  }

  async next(): Promise<IteratorResult<true>> {
    if (this.#isOver) return { done: true, value: undefined };
    if (this.#hasChanged) {
      this.#hasChanged = false;
      return { done: false, value: true };
    }
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async return(): Promise<IteratorResult<true>> {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#give({ done: true, value: undefined });
      this.#onOver();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #give(result: IteratorResult<true>): void {
    this.#waiting?.(result);
    this.#waiting = null;
  }
}
