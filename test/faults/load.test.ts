import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findLostWrites } from './helpers/find-lost-writes.ts';
import { NOTES } from './helpers/notes.ts';
import { startCrowd } from './helpers/start-crowd.ts';
import { type Postgres, startPostgres } from './helpers/start-postgres.ts';
import { type ServerProcess, startServerProcess } from './helpers/start-server-process.ts';

/** `LOAD_SECONDS=600 npm run test:faults -- load` for a long one. */
const SECONDS = Number(process.env.LOAD_SECONDS ?? 60);
const USERS = 24;

describe('a minute of everything at once', () => {
  let postgres: Postgres;
  let server: ServerProcess;
  beforeAll(async () => {
    postgres = await startPostgres(NOTES);
    server = await startServerProcess(postgres.urls, { WEB_CONCURRENCY: '2' });
  });
  afterAll(async () => {
    await server.end('SIGKILL');
    await postgres.remove();
  });

  it(
    'can lose nothing and mix nobody up: two processes, logins and logouts, and a restart of PostgreSQL',
    async () => {
      await using crowd = await startCrowd(server, USERS);
      const { tally, users } = crowd;

      await delay((SECONDS / 2) * 1000);
      const servedBefore = tally.served;
      await postgres.stop();
      await delay(1_000);
      await postgres.start();
      const startedAt = performance.now();
      await delay((SECONDS / 2) * 1000);
      const servedAfter = tally.served - servedBefore;
      await crowd.stop();

      const written = users.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
      console.log(
        `${tally.served} answers, ${tally.refusals} refusals, ${written} acknowledged writes in ${SECONDS} s`,
      );
      expect(tally.wrong.slice(0, 5)).toEqual([]);
      expect(await findLostWrites(postgres, users)).toEqual([]);
      expect(server.output).not.toContain('unexpected error');
      expect(tally.lastServedAt).toBeGreaterThan(startedAt);
      for (const count of [servedBefore, servedAfter, written, tally.refusals])
        expect(count).toBeGreaterThan(SECONDS / 2);
    },
    (SECONDS + 60) * 1000,
  );
});
