import express, { type Express, type Request, type RequestHandler } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { CodedError } from '../graphile/error-codes.ts';
import { getRequestSession } from '../request-session.ts';
import { describeRequest } from '../telemetry/request-facts.ts';
import { makeAccounts } from './accounts.ts';

const WITHOUT_OWNER = 'Acting as somebody needs DATABASE_OWNER_URL, and this server knows only DATABASE_URL.';

const choice = z.object({
  /** Null: nobody, without a session. */
  userId: z.uuid().nullable(),
});

/**
 * Lets whoever develops be any user without a password, or nobody. It gives out a real session with a cookie of its own,
 * so from there on everything is judged as for every client. Development only: never to be loaded in production.
 *
 * @param ownerUrl undefined: nobody can be chosen, and the page says why.
 */
export function installActAs(app: Express, deps: Deps, ownerUrl: string | undefined): void {
  const { cookieSessions, csrf } = deps;
  const accounts = ownerUrl === undefined ? null : makeAccounts(ownerUrl);

  const identify: RequestHandler = async (req, _res, next) => {
    await cookieSessions.identify(req);
    next();
  };

  app.get('/dev/act-as.json', identify, async (req, res) => {
    if (!accounts) return res.json({ problem: WITHOUT_OWNER });
    const search = typeof req.query.search === 'string' ? req.query.search.trim() : '';
    const current = await accounts.ofSession(getRequestSession(req).sessionId);
    return res.json({ current, ...(await accounts.list(search)) });
  });

  app.post('/dev/act-as', requireOwnPage, identify, express.json({ limit: '1kb' }), async (req, res) => {
    if (!accounts) throw new CodedError('UNAVAILABLE', WITHOUT_OWNER);
    if (!req.is('application/json')) throw new CodedError('UNSUPPORTED_MEDIA_TYPE');
    const { data } = choice.safeParse(req.body);
    if (!data) throw new CodedError('INVALID_INPUT');

    const { sessionId } = getRequestSession(req);
    const request = describeRequest(req);
    if (data.userId !== null) {
      await cookieSessions.start(req, res, await accounts.startSession(data.userId, sessionId, request));
    } else {
      if (sessionId !== null) await accounts.endSession(sessionId, request);
      await cookieSessions.end(req, res);
    }
    const session = getRequestSession(req);
    csrf.renew(req, res, session.cookieId);
    res.json({ current: await accounts.ofSession(session.sessionId) });
  });
}

/** Only pages of this very server: the origins that may call the API may log in, but not without a password. */
const requireOwnPage: RequestHandler = (req, _res, next) => {
  if (isFromOwnPage(req)) next();
  else next(new CodedError('FORBIDDEN', 'Only a page of this server may do this.'));
};

function isFromOwnPage(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  const origin = req.get('origin');
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === req.get('host'));
}
