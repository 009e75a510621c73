import type { Request } from 'express';
import type { BusyClients } from '../database/busy-clients.ts';
import type { CodedError } from '../graphile/error-codes.ts';
import type { SocketIdentity } from './identify-socket.ts';

/** A websocket of a client. */
export type LiveSocket = {
  /** The request that became this socket. */
  readonly req: Request;
  /** The client address, as limits count it. */
  readonly network: string;
  /** The connections that work for it; they are cancelled when it closes. */
  readonly busy: BusyClients;
  /** Aborted when it closes. */
  readonly closed: AbortSignal;
  /** Null until the client has said who it is. */
  identity: SocketIdentity | null;
  /** Closes it, and tells the client why. */
  end(error: CodedError): void;
};
