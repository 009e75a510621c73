import { parseArgs } from 'node:util';
import type pg from 'pg';
import { withClient } from '../../src/database/with-client.ts';
import { run } from '../../src/run.ts';
import { done } from '../../src/terminal.ts';
import { CookieJar } from '../contestants/cookie-jar.ts';
import { logInToRowgate } from '../contestants/log-in.ts';
import { makeProgress } from '../progress.ts';
import { withTemporaryFolder } from '../with-temporary-folder.ts';
import { type Measured, measureProbe, WARM_UP } from './measure-probe.ts';
import { openDatabase } from './open-database.ts';
import { type People, writePeople } from './people.ts';
import { ACCEPTED, isAccepted, printTable } from './print-table.ts';
import { makeProbes } from './probes.ts';
import { startServer } from './start-server.ts';
import { makeTimedPost } from './timed-client.ts';

const BEHIND_PROXY = { 'x-forwarded-proto': 'https' };

/** A visitor's cookie and token; answers to it are not followed, so it stays a visitor. */
async function visit(serverUrl: string): Promise<Record<string, string>> {
  const jar = new CookieJar(serverUrl);
  const response = await jar.fetch('/csrf-token', BEHIND_PROXY);
  const { csrfToken } = (await response.json()) as { csrfToken: string };
  return { ...BEHIND_PROXY, cookie: jar.cookie, 'x-csrf-token': csrfToken };
}

async function measureAll(
  serverUrl: string,
  people: People,
  owner: pg.Client,
  log: (message: string) => void,
) {
  const visitor = await visit(serverUrl);
  const prober = await logInToRowgate(serverUrl, { id: '', ...people.prober });
  const send = makeTimedPost(serverUrl);
  const results: Measured[] = [];
  for (const probe of makeProbes(people)) {
    log(probe.name);
    await owner.query('update app_private.settings set bcrypt_cost = $1', [probe.bcryptCost]);
    results.push(await measureProbe(probe, send, probe.isLoggedIn ? prober : visitor, log));
  }
  send.close();
  return results;
}

await run(async () => {
  const { values: flags } = parseArgs({
    options: { json: { type: 'boolean', default: false }, pairs: { type: 'string', default: '200' } },
  });
  const count = Number(flags.pairs) + WARM_UP;
  const progress = makeProgress(flags);

  const results = await withTemporaryFolder(async (folder) => {
    const { urls, close } = await openDatabase(folder, progress);
    try {
      return await withClient(urls.owner, async (owner) => {
        progress(`Writing ${2 * count} accounts`);
        const people = await writePeople(owner, count);
        const server = await startServer(urls);
        try {
          return await measureAll(server.url, people, owner, progress);
        } finally {
          await server.stop();
        }
      });
    } finally {
      await close();
    }
  });

  if (flags.json) console.log(JSON.stringify({ accepted: ACCEPTED, results }, null, 2));
  else printTable(results);
  if (!results.every(isAccepted)) process.exitCode = 1;
  else if (!flags.json) done(`Every AUC lies between ${ACCEPTED.from} and ${ACCEPTED.to}.`);
});
