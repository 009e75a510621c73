import { watch } from 'graphile-migrate';
import { describeSqlFailure } from './describe-sql-failure.ts';
import { migrationSettings } from './migrate.ts';
import type { DatabaseUrls } from './urls.ts';

/** Where the news of each save go. */
export type News = {
  step(message: string): void;
  done(message: string): void;
  failed(message: string): void;
};

/** What graphile-migrate says at each start and save, and nobody needs. */
const NOISE = /Already up to date$|: Running current\.sql$/;
const UNCHANGED = /: current\.sql unchanged/;
const FINISHED = /: Finished \((\d+)ms/;

/** Applies `current.sql`, the migration being written, now and at each change of it or of a file that it may include. */
export async function followCurrent(urls: DatabaseUrls, { step, done, failed }: News): Promise<void> {
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
  const settings = await migrationSettings(urls, log, (error) => {
    describeSqlFailure(error, settings, urls.owner).then(failed, ({ message }: Error) => failed(message));
  });
  await watch(settings);
}
