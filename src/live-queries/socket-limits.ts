import { parseCounts } from '../parse-counts.ts';

/** How many sockets and subscriptions a server process lets clients keep open. */
export type SocketLimits = {
  /** Sockets of a process. */
  process: number;
  /** Sockets of one client address: an office may share it. */
  address: number;
  /** Sockets of one session: its tabs. */
  session: number;
  /** Subscriptions on one socket. */
  subscriptions: number;
};

/** An open socket costs a process about 30 kB; each of its subscriptions one query at each change of the account. */
export const DEFAULT_SOCKET_LIMITS: SocketLimits = {
  process: 2_000,
  address: 200,
  session: 20,
  subscriptions: 20,
};

/** Reads `process=500 session=5`: the defaults for what is not named. Null for anything else. */
export function parseSocketLimits(text: string): SocketLimits | null {
  return parseCounts(text, DEFAULT_SOCKET_LIMITS);
}
