/** What a GraphQL name may be. */
const NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;

/** The names of one namespace, given out one after another. */
export class TakenNames {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  isFree(name: string): boolean {
    return NAME.test(name) && !this.#taken.has(name);
  }

  take(name: string): void {
    this.#taken.add(name);
  }

  /** The wish, if the API can have it; or else with the suffix, and then with a number, until it is free. */
  takeFree(wish: string, suffixed: (number: string) => string): string {
    let name = wish;
    for (let number = 1; !this.isFree(name); number++) name = suffixed(number === 1 ? '' : `_${number}`);
    this.take(name);
    return name;
  }
}

/** A text by the codes of its characters, where nothing of it can be in a name: `u2603`. */
export const spelledOut = (text: string): string =>
  `u${[...text].map((character) => character.codePointAt(0)?.toString(16)).join('_u')}`;
