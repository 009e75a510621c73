import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { HttpClient } from './http-client.ts';

export const WATCH = `subscription {
  currentUserUpdated { currentUser { username name userEmails { nodes { email } } } query { sessions { totalCount } } }
}`;

type Closed = { code: number; reason: string };
type Options = {
  /** Whose cookies are sent. */
  as?: HttpClient;
  headers?: Record<string, string>;
  connectionParams?: Record<string, unknown>;
  keepsTrying?: boolean;
};

/** A client as frontends use it: graphql-ws over `ws`, which (unlike a browser's) can send headers. */
export function openSocket(
  server: { httpServer: Server },
  { as, headers = {}, connectionParams, keepsTrying }: Options = {},
) {
  const cookie = [...(as?.cookies ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  const sent = { ...(cookie ? { cookie } : {}), ...headers };
  const sockets: WebSocket[] = [];
  class WithHeaders extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { headers: sent });
      sockets.push(this);
    }
  }
  const closed = Promise.withResolvers<Closed>();
  const client: Client = createClient({
    url: addressOf(server.httpServer),
    webSocketImpl: WithHeaders,
    lazy: false,
    retryAttempts: keepsTrying ? 20 : 0,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
    ...(connectionParams ? { connectionParams } : {}),
    onNonLazyError: () => {},
    on: {
      closed: (event) => {
        const { code, reason } = event as Closed;
        closed.resolve({ code, reason });
      },
    },
  });

  return {
    /** How the (first) connection ended. */
    closed: closed.promise,
    /** The connections so far. */
    sockets,
    /** The events of an operation, one by one. */
    // biome-ignore lint/suspicious/noExplicitAny: what a test asks for is what it gets
    watch: (query = WATCH) => client.iterate<any>({ query }),
    /** The first answer to an operation. A refusal is thrown: a list of errors, or how the connection was closed. */
    async ask(query = WATCH, extensions?: Record<string, unknown>) {
      // biome-ignore lint/suspicious/noExplicitAny: what a test asks for is what it gets
      for await (const result of client.iterate<any>({ query, ...(extensions ? { extensions } : {}) }))
        return result;
      throw new Error('Nothing was answered.');
    },
    close: () => client.dispose(),
  };
}

/** The websocket address of a server that listens on the loopback. */
export const addressOf = (server: Server) =>
  `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;

/** What the handshake is answered with, when it is not accepted: status and code. */
export async function refusedHandshake(
  server: { httpServer: Server },
  headers: Record<string, string> = {},
): Promise<{ status: number; code: string | undefined }> {
  const socket = new WebSocket(addressOf(server.httpServer), 'graphql-transport-ws', { headers });
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.terminate();
      reject(new Error('The handshake was accepted.'));
    });
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, code: JSON.parse(body).errors[0].extensions.code }),
      );
    });
  });
}
