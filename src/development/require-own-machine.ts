import type { RequestHandler } from 'express';
import { parseClientAddress } from '../client-address.ts';
import { CodedError } from '../graphile/error-codes.ts';

const LOOPBACK = /^(::1|127(\.\d{1,3}){3})$/;

/**
 * Refuses requests from the network, which HOST may let in: whoever chooses a user, or reads the mails, can be anybody.
 * A proxy on this machine must have been asked from this machine, too, as far as it says for whom it asks.
 */
export const requireOwnMachine: RequestHandler = (req, _res, next) => {
  const forwarded = req.get('x-forwarded-for')?.split(',') ?? [];
  const addresses = [req.socket.remoteAddress ?? '', ...forwarded];
  if (addresses.every((address) => LOOPBACK.test(parseClientAddress(address) ?? ''))) return next();
  return next(
    new CodedError(
      'FORBIDDEN',
      'This is answered only to the machine that the server runs on, not to the network.',
    ),
  );
};
