import type { Express } from 'express';
import type { Deps } from '../deps.ts';

/** Shows the public keys of the access tokens, for services that verify them by themselves. */
export function installJwks(app: Express, { accessTokens }: Deps): void {
  app.get('/.well-known/jwks.json', async (_req, res, next) => {
    const keys = await accessTokens.publicKeys().catch(next);
    if (keys) res.setHeader('cache-control', 'public, max-age=300').json({ keys });
  });
}
