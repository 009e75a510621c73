import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Express, Request, Response } from 'express';

/** Hands over the connection, which from then on is no longer HTTP. */
type TakeOver = () => { socket: Socket; head: Buffer };

const upgrades = new WeakMap<IncomingMessage, TakeOver>();

/** Only these are upgraded; whatever else asks for an upgrade is answered as a plain request. */
export const mayUpgrade = ({ method, url, headers }: IncomingMessage): boolean =>
  method === 'GET' && /^\/graphql(\?|$)/.test(url ?? '') && headers.upgrade?.toLowerCase() === 'websocket';

/** Whether this request wants to become a websocket. */
export const isUpgrade = (req: IncomingMessage): boolean => upgrades.has(req);

/**
 * Sends requests that want to become a websocket through the app, so that every middleware judges them like any other
 * and a refusal is an answer in HTTP. The server must have been made with `shouldUpgradeCallback: mayUpgrade`.
 */
export function installUpgrades(httpServer: Server, app: Express): void {
  httpServer.on('upgrade', (req: IncomingMessage, stream, head: Buffer) => {
    const socket = stream as Socket;
    socket.on('error', () => socket.destroy());
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    try {
      res.assignSocket(socket);
    } catch {
      // It did not wait for the answer to its last request, as every client does; thrown on, it would end the process.
      socket.destroy();
      return;
    }
    // A client that does not close its end would keep the connection for ever: Node's own limits of time end here.
    res.once('finish', () => socket.destroySoon());
    upgrades.set(req, () => {
      res.detachSocket(socket);
      return { socket, head };
    });
    app(req as Request, res as Response);
  });
}

/** Takes the connection of a request that every middleware has let pass. */
export function takeOver(req: IncomingMessage): ReturnType<TakeOver> {
  const take = upgrades.get(req);
  if (!take) throw new Error('This request cannot become a websocket.');
  return take();
}
