import { describe, expect, it } from '@jest/globals';
import { ATTACKS } from './attacks/attacks.ts';
import { issueToken } from './helpers/issue-token.ts';
import { measureAttack } from './helpers/measure-attack.ts';
import { useServerProcess } from './helpers/use-server-process.ts';

/** Milliseconds that the median of another user's queries may reach on two cores, and megabytes of a backend. */
const MEDIAN = 200;
const GROWTH = 200;
/**
 * PostgreSQL puts a page within a row together before it sends any of it, in about five times the memory: that is not
 * bounded here, but the connection is closed, which gives it back.
 */
const GROWTH_WITHIN_A_ROW = 600;

const ITEMS = `
  create table app_public.items (
    id integer primary key,
    parent_id integer references app_public.items on delete cascade
  );
  create index on app_public.items (parent_id);
  alter table app_public.items enable row level security;
  create policy select_all on app_public.items for select to webuser using (true);
  grant select on app_public.items to webuser;
  insert into app_public.items select n, nullif(n / 10, 0) from generate_series(1, 1000) n`;

const names = Object.keys(ATTACKS).filter((name) => name.startsWith(process.env.ATTACK ?? ''));

describe.each(names)('an attack: %s', (name) => {
  const server = useServerProcess(
    { RATE_LIMITS: 'on', TRUST_PROXY: '1', GRAPHILE_ENV: 'production' },
    { sqlAsOwner: ITEMS },
  );

  it('cannot slow down the others, or fill the memory of a backend', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.1' };
    const { account, token } = await issueToken({ client: () => server.client(headers) });
    await server.sql(
      `insert into app_public.sessions (user_id, kind, idle_limit, expires_at)
       select $1, 'cookie', '3 days', now() + '30 days' from generate_series(1, 100)`,
      [account.id],
    );
    if (name.startsWith('bytes'))
      await server.sql(
        `insert into app_public.rowgate_test_notes (user_id, body) select $1, repeat(md5(n::text), 31250) from generate_series(1, 100) n`,
        [account.id],
      );
    const other = server.client({ 'x-forwarded-for': '192.0.2.2' });
    await other.register();
    const effect = await measureAttack(
      name,
      { url: server.process.url, root: server.database.root },
      { token, address: '192.0.2.1' },
      other,
    );
    if (process.env.ATTACK_REPORT) console.log(name, JSON.stringify(effect));
    expect(effect.refused).toEqual([]);
    expect(effect.median).toBeLessThanOrEqual(MEDIAN);
    expect(effect.growth).toBeLessThanOrEqual(
      name === 'bytes: the same within a page' ? GROWTH_WITHIN_A_ROW : GROWTH,
    );
  });
});
