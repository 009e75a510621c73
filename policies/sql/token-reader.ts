import type { SqlToken } from '../../src/sql/tokens.ts';

/** Goes through a statement's tokens one after another. */
export class TokenReader {
  #position = 0;
  readonly #tokens: SqlToken[];

  constructor(tokens: SqlToken[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#tokens.length;
  }

  /** Goes past these words if they come next. @returns whether they did */
  accept(words: string): boolean {
    const wanted = words.split(' ');
    if (!wanted.every((word, index) => this.#tokens[this.#position + index]?.text === word)) return false;
    this.#position += wanted.length;
    return true;
  }

  /** Goes past the next token, whatever it is. */
  skip(): SqlToken | undefined {
    return this.#tokens[this.#position++];
  }

  /** Goes past these words wherever they come next, outside of parentheses. @returns whether they came */
  seek(words: string): boolean {
    let depth = 0;
    while (!this.isAtEnd) {
      if (depth === 0 && this.accept(words)) return true;
      const text = this.skip()?.text;
      if (text === '(') depth++;
      if (text === ')') depth--;
    }
    return false;
  }

  /** A name, qualified or not, as its parts without quotes. */
  name(): string[] {
    const parts = [unquoted(this.skip())];
    while (this.accept('.')) parts.push(unquoted(this.skip()));
    return parts;
  }

  /** Names with commas between them. */
  names(): string[][] {
    const names = [this.name()];
    while (this.accept(',')) names.push(this.name());
    return names;
  }
}

function unquoted(token: SqlToken | undefined): string {
  if (token?.kind !== 'quoted name') return token?.text ?? '';
  return token.text.slice(1, -1).replaceAll('""', '"');
}
