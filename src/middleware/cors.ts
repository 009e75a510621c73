import cors from 'cors';
import type { Express } from 'express';
import type { Deps } from '../deps.ts';

/** Lets pages of the listed origins, and no others, call the API with the user's cookie. */
export function installCors(app: Express, { config }: Deps): void {
  if (config.allowedOrigins.length === 0) return;
  app.use(
    cors({
      origin: config.allowedOrigins,
      credentials: true,
      methods: ['GET', 'POST'],
      exposedHeaders: ['x-csrf-token', 'x-wrote-at', 'retry-after'],
      maxAge: 600,
    }),
  );
}
