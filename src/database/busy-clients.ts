import type pg from 'pg';
import { cancelStatements } from './cancel-statements.ts';

/** The connections that work for one request, so that they can be stopped when its client has gone. */
export class BusyClients {
  readonly #clients = new Set<pg.PoolClient>();
  readonly #cancels = new Map<pg.PoolClient, Promise<void>>();
  #isCancelled = false;

  /** Nobody waits for the request any more. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  add(client: pg.PoolClient): void {
    this.#clients.add(client);
  }

  /** Stops what they are working on. */
  cancel(): void {
    this.#isCancelled = true;
    for (const client of this.#clients) this.#cancels.set(client, cancelStatements(client));
  }

  /** Resolves when nothing is about to stop this connection any more: it would hit whoever has it next. */
  async delete(client: pg.PoolClient): Promise<void> {
    this.#clients.delete(client);
    await this.#cancels.get(client);
  }
}
