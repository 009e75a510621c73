import { serialize } from 'pg-protocol';

type Bind = {
  portal: string;
  statement: string;
  values: unknown[];
  valueMapper?: (value: unknown) => unknown;
};

/** What `pg` knows of a connection's prepared statements: their texts by name, when they are sent and when they are there. */
export type KnownStatements = {
  parsedStatements: Record<string, string>;
  submittedNamedStatements: Record<string, string>;
};

/**
 * Stands in for a connection of `pg` while queries send their messages, and gathers them for one write. A corked stream
 * would hand them to the system piece by piece, which costs the server a tenth of its time.
 */
export class MessageBatch implements KnownStatements {
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
  /** A query may want to cork it. There is nothing to cork. */
  readonly stream = {};
  readonly #messages: Buffer[] = [];

  constructor({ parsedStatements, submittedNamedStatements }: KnownStatements) {
    this.parsedStatements = parsedStatements;
    this.submittedNamedStatements = submittedNamedStatements;
  }

  parse(message: { name: string; text: string }): void {
    this.#messages.push(serialize.parse(message));
  }

  bind(message: Bind): void {
    this.#messages.push(serialize.bind(message));
  }

  describe(message: { type: 'P'; name: string }): void {
    this.#messages.push(serialize.describe(message));
  }

  execute({ portal }: { portal: string }): void {
    this.#messages.push(serialize.execute({ portal }));
  }

  /** Lets the database forget a statement. It does not mind if there is none of that name. */
  close(message: { type: 'S'; name: string }): void {
    this.#messages.push(serialize.close(message));
  }

  sync(): void {
    this.#messages.push(serialize.sync());
  }

  /** All messages, in their order. */
  bytes(): Buffer {
    return Buffer.concat(this.#messages);
  }
}
