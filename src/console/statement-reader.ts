import { sqlStatements } from '../sql/statements.ts';
import { sqlTokens } from '../sql/tokens.ts';

/** Takes lines, and gives the statements that are complete: those that end with a semicolon. */
export class StatementReader {
  #text = '';

  get isEmpty(): boolean {
    return this.#text.trim() === '';
  }

  /** @returns the statements that the line completes, without their semicolons */
  add(line: string): string[] {
    this.#text += this.#text === '' ? line : `\n${line}`;
    // Comments and semicolons alone ask for nothing.
    if (sqlTokens(this.#text).every(({ text }) => text === ';')) this.clear();
    const all = sqlStatements(this.#text);
    const last = all.at(-1);
    const isComplete =
      last !== undefined && sqlTokens(this.#text).at(-1)?.text === ';' && this.#text[last.next - 1] === ';';
    const complete = isComplete ? all : all.slice(0, -1);
    const statements = complete.map(({ start, end }) => this.#text.slice(start, end));
    if (complete.length > 0) this.#text = this.#text.slice(complete.at(-1)!.next).trimStart();
    return statements;
  }

  /** What the input ended in the middle of, if anything. */
  rest(): string {
    const rest = this.#text;
    this.clear();
    return sqlTokens(rest).length > 0 ? rest.trim() : '';
  }

  clear(): void {
    this.#text = '';
  }
}
