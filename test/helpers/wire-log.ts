import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket, connect as tcpConnect } from 'node:net';
import { MessageReader, readBind, readOutcome, readParse } from './postgres-messages.ts';
import { recordSocketWrites } from './socket-writes.ts';

export type Statement = {
  connection: number;
  /** In which of the server's writes to this connection it left, counted from 0. */
  write: number;
  /** In which transaction without a `begin`, counted from 0 on each connection: those end at the client's `sync`. */
  sync: number;
  text: string;
  values: (string | null)[];
  /** What the database has answered: a command tag, an SQLSTATE, or `skipped`; undefined while it has not. */
  outcome: string | undefined;
};
type Hold = { matches(statement: Statement): boolean; from: 'answer' | 'commit'; onReached(): void };

const READY_FOR_QUERY = 'Z';

export type WireLog = Awaited<ReturnType<typeof startWireLog>>;

/** A proxy in front of PostgreSQL that lists the statements of the server, and can withhold the answers to them. */
export async function startWireLog(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const statements: Statement[] = [];
  const sockets = new Set<Socket>();
  const listeners = new Set<() => void>();
  let sent = '';
  let connections = 0;
  let hold: Hold | null = null;
  let deliverHeld: (() => void)[] = [];
  const changed = () => {
    for (const listener of [...listeners]) listener();
  };

  const proxy = createServer((server) => {
    const database = tcpConnect(Number(target.port || 5432), target.hostname);
    const connection = ++connections;
    const requests = new MessageReader({ beginsWithStartup: true });
    const answers = new MessageReader({ beginsWithStartup: false });
    const textByName = new Map<string, string>();
    /** Since the last sync that was answered. */
    let unanswered: Statement[] = [];
    let syncs = 0;
    let isLoggedIn = false;
    let bound = { text: '', values: [] as Statement['values'] };
    let withheld: Buffer[] | null = null;
    let received = 0;

    for (const socket of [server, database]) {
      sockets.add(socket.on('close', () => sockets.delete(socket)));
      socket.on('error', () => socket.destroy());
    }
    server.on('close', () => database.destroy());
    database.on('close', () => server.destroy());

    server.on('data', (chunk) => {
      sent += chunk.toString();
      for (const { type, body, bytes } of requests.read(chunk)) {
        const write = writes.writeAt(server.remotePort as number, received);
        received += bytes.length;
        if (type === 'P') {
          const { name, text } = readParse(body);
          textByName.set(name, text);
        }
        if (type === 'B') {
          const { name, values } = readBind(body);
          bound = { text: textByName.get(name) as string, values };
        }
        if (type === 'Q') bound = { text: body.toString('utf8', 0, body.length - 1), values: [] };
        if (type === 'E' || type === 'Q') {
          const statement = { connection, write, sync: syncs, ...bound, outcome: undefined };
          statements.push(statement);
          unanswered.push(statement);
        }
        if (type === 'S' || type === 'Q') syncs += 1;
      }
      database.write(chunk);
      changed();
    });

    database.on('data', (chunk) => {
      for (const message of answers.read(chunk)) {
        const isReady = message.type === READY_FOR_QUERY;
        const [first] = unanswered;
        const sameSync = unanswered.filter(({ sync }) => sync === first?.sync);
        const statement = isReady ? sameSync.at(-1) : sameSync.find(({ outcome }) => outcome === undefined);
        if (statement) statement.outcome = readOutcome(message) ?? statement.outcome;
        if (message.type === 'E') for (const next of sameSync) next.outcome ??= 'skipped';
        const isReached = hold && statement && hold.matches(statement) && (isReady || hold.from === 'answer');
        if (isReached && withheld === null) {
          const queue: Buffer[] = [];
          withheld = queue;
          deliverHeld.push(() => {
            withheld = null;
            server.write(Buffer.concat(queue));
          });
          hold?.onReached();
        }
        if (withheld) withheld.push(message.bytes);
        else server.write(message.bytes);
        // The first one ends the login.
        if (isReady && isLoggedIn) unanswered = unanswered.filter(({ sync }) => sync !== first?.sync);
        if (isReady) isLoggedIn = true;
      }
      changed();
    });
  });

  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  const writes = recordSocketWrites(port);
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);

  return {
    /** The database, by way of this proxy. */
    url: url.href,
    /** Every statement since the start, or the last `clear`, in the order of arrival. */
    statements,
    clear: () => void statements.splice(0),
    /** Everything that the server has ever sent. */
    sent: () => sent,

    /** Waits for a statement; the deadline of the test is its own. */
    async until(matches: (statement: Statement) => boolean): Promise<Statement> {
      for (;;) {
        const found = statements.find(matches);
        if (found) return found;
        await new Promise<void>((resolve) => {
          const listener = () => {
            listeners.delete(listener);
            resolve();
          };
          listeners.add(listener);
        });
      }
    },

    /**
     * From the answer to a matching statement on, or from the commit at the sync behind it, nothing on its connection
     * reaches the server until `release`. The promise is fulfilled when the first answer is withheld.
     */
    hold(matches: Hold['matches'], { from = 'answer' }: { from?: Hold['from'] } = {}): Promise<void> {
      const { promise, resolve: onReached } = Promise.withResolvers<void>();
      hold = { matches, from, onReached };
      return promise;
    },
    release(): void {
      hold = null;
      for (const deliver of deliverHeld) deliver();
      deliverHeld = [];
    },

    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      writes.stop();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
