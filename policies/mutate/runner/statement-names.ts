import pg from 'pg';

/** Sees every statement that this process sends through `pg`, and keeps which of some names it holds. */
export class StatementNames {
  #wanted = new Set<string>();
  #found = new Set<string>();

  constructor() {
    const see = (part: unknown) => this.#see(part);
    const { query } = pg.Client.prototype;
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
      see(args);
      return query.apply(this, args as never);
    } as typeof query;
  }

  /** Forgets what was seen, and looks for these from now on. */
  lookFor(names: string[]): void {
    this.#wanted = new Set(names);
    this.#found = new Set();
  }

  /** What was seen since the last call. */
  take(): string[] {
    const found = [...this.#found];
    this.#found = new Set();
    return found;
  }

  /** A statement's text and its values, which may be names or SQL too; nothing deeper than `pg` takes them. */
  #see(part: unknown, depth = 0): void {
    if (this.#wanted.size === 0) return;
    if (typeof part === 'string') {
      for (const word of part.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [])
        if (this.#wanted.has(word)) this.#found.add(word);
    } else if (typeof part === 'object' && part !== null && depth < 3) {
      const { text, values } = part as { text?: unknown; values?: unknown };
      for (const inner of Array.isArray(part) ? part : [text, values]) this.#see(inner, depth + 1);
    }
  }
}
