import { setTimeout as pause } from 'node:timers/promises';
import { type Settings, watch } from 'graphile-migrate';
import { clearAllPools } from 'graphile-migrate/dist/pgReal.js';
import { describeSqlFailure } from './describe-sql-failure.ts';
import { migrationSettings } from './migrate.ts';
import { checkEncodings, fingerprint } from './sql-files.ts';
import type { DatabaseUrls } from './urls.ts';

/** Where the news of each save go. */
export type News = {
  step(message: string): void;
  done(message: string): void;
  failed(message: string): void;
};

/** Milliseconds between two looks at the files. What two looks find alike is written to its end. */
const INTERVAL_MS = 150;

/** What graphile-migrate says at each start and save, and is of no use. */
const NOISE = /Already up to date$|: Running current\.sql$/;
const UNCHANGED = /: current\.sql unchanged/;
const FINISHED = /: Finished \((\d+)ms/;

/**
 * Applies `current.sql`, the migration being written, now and at each change of it or of a file that it may include. It looks
 * at the files by their names: editors and git replace them, and the folders around them, and they may be gone for a while.
 *
 * @param folder of the migrations, if not the project's
 * @returns stops it, after what is being applied
 */
export async function followCurrent(
  urls: DatabaseUrls,
  news: News,
  folder?: string,
): Promise<() => Promise<void>> {
  const settings = await makeSettings(urls, news, folder);
  const files = settings.migrationsFolder as string;
  // Before it, so that a save meanwhile is seen.
  const applied = await fingerprint(files);
  await apply(settings, urls, news);

  const stopping = new AbortController();
  const following = follow(files, applied, stopping.signal, news, () => apply(settings, urls, news));
  return async () => {
    stopping.abort();
    await following;
  };
}

async function makeSettings(urls: DatabaseUrls, { step, done }: News, folder?: string): Promise<Settings> {
  let isUnchanged = false;
  const log = (message: string) => {
    const [, milliseconds] = FINISHED.exec(message) ?? [];
    if (UNCHANGED.test(message)) isUnchanged = true;
    else if (milliseconds) {
      if (isUnchanged) step('current.sql is applied already');
      else done(`current.sql applied in ${milliseconds} ms`);
      isUnchanged = false;
    } else if (!NOISE.test(message)) step(message);
  };
  const settings = await migrationSettings(urls, log);
  return folder === undefined ? settings : { ...settings, migrationsFolder: folder };
}

async function apply(settings: Settings, urls: DatabaseUrls, { failed }: News): Promise<void> {
  try {
    await checkEncodings(settings.migrationsFolder as string);
    await watch(settings, true);
  } catch (error) {
    await describeSqlFailure(error as Error, settings, urls.owner).then(failed, ({ message }) =>
      failed(message),
    );
  } finally {
    clearAllPools();
  }
}

async function follow(
  folder: string,
  atFirst: string | null,
  signal: AbortSignal,
  { step }: News,
  applyAgain: () => Promise<void>,
): Promise<void> {
  let applied = atFirst;
  let last = applied;
  let isMissed = false;
  while (await isTime(signal)) {
    const seen = await fingerprint(folder);
    const isStill = seen === last;
    last = seen;
    if (!isStill || seen === applied) continue;
    if (seen === null) {
      // Not applied as if it were empty: it may be on its way from an editor.
      if (!isMissed) step('current.sql is gone; it is applied when it is back');
      isMissed = true;
      continue;
    }
    isMissed = false;
    applied = seen;
    await applyAgain();
  }
}

/** Waits for the next look. @returns false when it is to stop */
async function isTime(signal: AbortSignal): Promise<boolean> {
  return pause(INTERVAL_MS, true, { signal, ref: false }).catch(() => false);
}
