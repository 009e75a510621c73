import type pg from 'pg';
import { endsTransaction } from '../../src/sql/ends-transaction.ts';
import type { Actor, Become } from './actor.ts';

/** What an identity leaves behind and the next must not find; a statement's other settings are its own business. */
const FORGET = `select set_config('app.user_id', '', true), set_config('app.session_id', '', true)`;

/** What followed would stay in the database. */
const NO_END =
  'A test cannot end its transaction, which is rolled back after it. Take commit and rollback out; savepoints are allowed.';

/**
 * One transaction in which several people act in turn. Each has a savepoint of their own, so a refused statement
 * does not end the transaction; what is asked while another acts waits for its turn.
 */
export class TestTransaction {
  readonly #client: pg.Client;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: pg.Client) {
    this.#client = client;
  }

  begin(): Promise<unknown> {
    return this.#client.query('begin');
  }

  rollback(): Promise<unknown> {
    return this.#client.query('rollback');
  }

  /** Works as somebody. What `work` throws undoes what it did. */
  as<T>(become: Become, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#act(become, work));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Undoes all that happens until `work` ends, whatever its outcome. */
  async undo<T>(work: () => Promise<T>): Promise<T> {
    await this.#client.query('savepoint undo');
    try {
      return await work();
    } finally {
      await this.#last;
      await this.#client.query('rollback to savepoint undo');
      await this.#client.query('release savepoint undo');
    }
  }

  /** Somebody who sends one statement at a time. */
  actor(become: Become): Actor {
    const query = (text: string, values: unknown[] = []) =>
      this.as(become, async (client) => {
        if (await endsTransaction(text)) throw new Error(NO_END);
        return client.query(text, values);
      });
    return {
      query,
      value: async <T>(text: string, values?: unknown[]) =>
        Object.values((await query(text, values)).rows[0] ?? {})[0] as T,
    };
  }

  async #act<T>(become: Become, work: (client: pg.Client) => Promise<T>): Promise<T> {
    await this.#client.query('savepoint act');
    try {
      await become(this.#client);
      const result = await work(this.#client);
      await this.#client.query('set local session authorization default');
      await this.#client.query(FORGET);
      await this.#client.query('release savepoint act');
      return result;
    } catch (error) {
      await this.#client.query('rollback to savepoint act');
      throw error;
    }
  }
}
