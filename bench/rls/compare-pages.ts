import type pg from 'pg';
import type { DatabaseUrls } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { median } from '../statistics.ts';
import { PAGE_BY_POLICY, pageByWhere } from './page-query.ts';

/** Medians, in microseconds: a round trip as a client sees it, and what of it the server says it planned and executed. */
export type PageTimes = { roundTrip: number; server: number };
export type PageComparison = { byPolicy: PageTimes; byWhere: PageTimes };

type Reader = {
  client: pg.Client;
  begin: (userId: string) => Promise<unknown>;
  text: string;
  valuesFor: (userId: string) => string[];
  roundTrips: number[];
  serverTimes: number[];
};

/** Reads the pages of one user after another, through the policies and by a `where` of one's own, in turns. */
export async function comparePages(
  urls: DatabaseUrls,
  userIds: string[],
  { furtherPolicies, turns }: { furtherPolicies: number; turns: number },
): Promise<PageComparison> {
  return withClient(urls.authenticator, (webuser) =>
    withClient(urls.owner, async (owner) => {
      await takeSettingsOf(webuser, owner);
      const byPolicy: Reader = {
        client: webuser,
        begin: (userId) =>
          webuser.query(`begin; set local role webuser; set local app.user_id = '${userId}'`),
        text: PAGE_BY_POLICY,
        valuesFor: () => [],
        roundTrips: [],
        serverTimes: [],
      };
      const byWhere: Reader = {
        client: owner,
        begin: () => owner.query('begin'),
        text: pageByWhere(furtherPolicies),
        valuesFor: (userId) => [userId],
        roundTrips: [],
        serverTimes: [],
      };
      for (let turn = 0; turn < turns; turn += 1) {
        // A step that shares no factor with their number comes by all of them, in no order of theirs.
        const userId = userIds[(turn * 7_919) % userIds.length]!;
        const readers = turn % 2 === 0 ? [byPolicy, byWhere] : [byWhere, byPolicy];
        for (const reader of readers) await readPage(reader, userId);
      }
      return { byPolicy: summarise(byPolicy), byWhere: summarise(byWhere) };
    }),
  );
}

/** Once to have the rows in the cache for both readers alike, once by the client's clock, once by the server's. */
async function readPage(
  { client, begin, text, valuesFor, roundTrips, serverTimes }: Reader,
  userId: string,
): Promise<void> {
  const page = { name: 'page', text, values: valuesFor(userId) };
  await begin(userId);
  await client.query(page);

  const startedAt = performance.now();
  const { rowCount } = await client.query(page);
  roundTrips.push((performance.now() - startedAt) * 1000);
  if (rowCount !== 10) throw new Error(`a page of ${rowCount} posts: ${text}`);

  const argumentList =
    page.values.length > 0 ? `(${page.values.map((value) => `'${value}'`).join(', ')})` : '';
  const { rows } = await client.query(
    `explain (analyze, timing off, format json) execute page${argumentList}`,
  );
  const [plan] = rows[0]['QUERY PLAN'];
  serverTimes.push((plan['Planning Time'] + plan['Execution Time']) * 1000);
  await client.query('commit');
}

/** The limits of the role that servers log in as have their price, which is not that of policies. */
async function takeSettingsOf(one: pg.Client, other: pg.Client): Promise<void> {
  const { rows } = await one.query(`select name, reset_val from pg_settings where source = 'user'`);
  for (const { name, reset_val } of rows)
    await other.query('select set_config($1, $2, false)', [name, reset_val]);
}

const summarise = ({ roundTrips, serverTimes }: Reader): PageTimes => ({
  roundTrip: median(roundTrips),
  server: median(serverTimes),
});
