import { GraphQLError, getOperationAST, OperationTypeNode } from 'graphql';
import type { Server, ServerOptions } from 'graphql-ws';
import { type GrafservBase, makeGraphQLWSConfig } from 'postgraphile/grafserv';
import { CodedError, type ErrorCode } from '../graphile/error-codes.ts';
import type { Extra } from './converse.ts';

/** Milliseconds in which a client has to say who it is. */
const CONNECTION_INIT_TIMEOUT = 5_000;

/**
 * graphql-transport-ws for subscriptions, and nothing else: queries and mutations are sent as POST, where limits, CSRF
 * protection and logs are made for them. Documents pass the same checks as there.
 *
 * @param makeServer of graphql-ws, which is loaded with the first socket
 * @param admit lets a client in, when it has said who it is. @throws CodedError
 */
export function makeProtocol(
  makeServer: <E>(options: ServerOptions<Record<string, unknown>, E>) => Server<E>,
  serv: GrafservBase,
  maxSubscriptions: number,
  admit: (socket: Extra['socket'], params: Record<string, unknown> | undefined) => Promise<void>,
): Server<Extra> {
  const config = makeGraphQLWSConfig(serv) as ServerOptions<Record<string, unknown>, Extra>;
  return makeServer<Extra>({
    ...config,
    connectionInitWaitTimeout: CONNECTION_INIT_TIMEOUT,
    onConnect: ({ extra, connectionParams }) => admit(extra.socket, connectionParams),
    async onSubscribe(context, id, payload) {
      // This one is among them already.
      if (Object.keys(context.subscriptions).length > maxSubscriptions)
        return refusal('BAD_REQUEST', `At most ${maxSubscriptions} subscriptions on one socket.`);
      const args = await config.onSubscribe?.(context, id, payload);
      if (!args || Array.isArray(args) || !('document' in args)) return args;
      const operation = getOperationAST(args.document, args.operationName)?.operation;
      if (operation === OperationTypeNode.SUBSCRIPTION) return args;
      return refusal('BAD_REQUEST', 'Only subscriptions are answered here. Send this as a POST request.');
    },
  });
}

function refusal(code: ErrorCode, message: string): GraphQLError[] {
  return [new GraphQLError(message, { originalError: new CodedError(code, message) })];
}
