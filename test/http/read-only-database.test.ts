import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseDatabaseUrl } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';
import { useLog } from '../helpers/use-log.ts';

const RENAME =
  'mutation M($id: UUID!) { updateUser(input: { rowId: $id, patch: { name: "New" } }) { user { name } } }';
const COUNT_VISIT = `
  create function app_public.count_visit() returns int language plpgsql volatile security definer
    set search_path from current as $$ begin delete from app_private.one_time_tokens where false; return 1; end $$;
  comment on function app_public.count_visit() is '@behavior +queryField -mutationField';
  grant execute on function app_public.count_visit() to webuser;
`;

describe('a write that PostgreSQL refuses as read-only (25006)', () => {
  const log = useLog();
  const server = useServer({ LOG_LEVEL: 'info' }, { sqlAsOwner: COUNT_VISIT, logTo: log.destination });
  let client: HttpClient;
  let id: string;

  const asRoot = (text: string, values: unknown[] = []) =>
    withClient(server.database.root, (root) => root.query(text, values));
  const isReadOnly = (value: boolean) =>
    asRoot(
      `alter role authenticator in database ${parseDatabaseUrl(server.database.root).database} ${
        value ? 'set default_transaction_read_only = on' : 'reset default_transaction_read_only'
      }`,
    );
  const connections = async (): Promise<number[]> => {
    const { rows } = await asRoot(
      `select pid from pg_stat_activity where datname = current_database() and usename = 'authenticator'`,
    );
    return rows.map(({ pid }) => pid);
  };
  const endConnections = async () => {
    for (const pid of await connections()) await asRoot('select pg_terminate_backend($1, 5000)', [pid]);
  };

  beforeEach(async () => {
    client = server.client();
    ({ id } = await client.register());
  });
  afterEach(() => isReadOnly(false));

  it('can be a database that accepts no writes: UNAVAILABLE, until the connection that says so is replaced', async () => {
    await isReadOnly(true);
    await endConnections();
    // Until every connection was noticed to be gone.
    let code: string | undefined;
    do ({ code } = await client.graphql('{ currentUser { username } }'));
    while (code === 'UNAVAILABLE');
    expect(code).toBeUndefined();
    expect((await client.graphql(RENAME, { id })).code).toBe('UNAVAILABLE');

    // The connections of before are all read-only; each is given up when it refuses a write.
    await isReadOnly(false);
    const old = await connections();
    let attempts = 0;
    do {
      ({ code } = await client.graphql(RENAME, { id }));
      attempts++;
    } while (code === 'UNAVAILABLE' && attempts <= old.length);
    expect(code).toBeUndefined();
  });

  it('can be a request that may only read: FORBIDDEN, on a connection that is kept', async () => {
    const before = await connections();
    expect((await client.graphql('{ countVisit }')).code).toBe('FORBIDDEN');
    expect(await connections()).toEqual(expect.arrayContaining(before));
  });
});
