import { afterEach, describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';
import type { Statement } from '../helpers/wire-log.ts';

/** A function that says it only reads, and writes by way of another. */
const LYING_FUNCTION = `
  create table app_private.rowgate_test_visits (at timestamptz not null default now());
  create function app_private.rowgate_test_note_visit() returns void language sql volatile
    as 'insert into app_private.rowgate_test_visits default values';
  create function app_public.rowgate_test_count_visits() returns integer language plpgsql stable security definer as $$
  begin
    perform app_private.rowgate_test_note_visit();
    return (select count(*) from app_private.rowgate_test_visits);
  end $$;
  grant execute on function app_public.rowgate_test_count_visits() to anonymous, webuser;
`;
const isPrologue = ({ text }: Statement) => text.includes('app_private.resolve_session');
const isUpdate = ({ text }: Statement) => text.startsWith('update "app_public"."users"');
const CHANGE_NAME =
  'mutation Change($input: UpdateUserInput!) { updateUser(input: $input) { user { name } } }';

describe('the conversation with the database', () => {
  const server = useServer({}, { recordsWire: true, sqlAsOwner: LYING_FUNCTION });

  afterEach(() => server.wire.release());

  /** Somebody who is logged in, when all that belongs to the login has been said. */
  async function loggedIn() {
    const client = server.client();
    const account = await client.register();
    const { wire } = server;
    await wire.until(
      ({ text, values, outcome }) =>
        text.includes('touch_session') &&
        values[0]?.includes(account.sessionId) === true &&
        outcome !== undefined,
    );
    wire.clear();
    return { client, account };
  }
  /** Whether the server still answers others, and has not answered this one. */
  async function isWaiting(answer: Promise<unknown>, other: HttpClient): Promise<boolean> {
    let hasAnswered = false;
    answer.then(() => {
      hasAnswered = true;
    });
    await other.request('get', '/healthz').expect(200);
    await other.request('get', '/healthz').expect(200);
    return !hasAnswered;
  }

  it('can authenticate a query and run it in one write, before the database has answered anything', async () => {
    const { client, account } = await loggedIn();
    const { wire } = server;
    const withheld = wire.hold(() => true);
    const answer = client.currentUser();
    await withheld;

    const statements = [...wire.statements];
    expect(statements).toEqual([
      expect.objectContaining({ values: [account.sessionId, expect.stringContaining('"address"'), 'on'] }),
      expect.objectContaining({ text: expect.stringContaining('from "app_public"."current_user"()') }),
    ]);
    expect(statements.findIndex(isPrologue)).toBe(0);
    const [{ connection, write, sync }] = statements as [Statement];
    expect(write).toBeGreaterThan(0);
    // One sync: PostgreSQL makes one transaction of the two.
    for (const statement of statements) expect(statement).toMatchObject({ connection, write, sync });

    wire.release();
    expect((await answer).data.currentUser.username).toBe(account.username);
  });

  it('cannot answer a mutation before it is committed', async () => {
    const { client, account } = await loggedIn();
    const withheld = server.wire.hold(isUpdate, { from: 'commit' });
    const answer = client.graphql(CHANGE_NAME, { input: { rowId: account.id, patch: { name: 'Ada' } } });
    await withheld;
    const [prologue, update] = server.wire.statements as [Statement, Statement];
    expect([prologue.outcome, update.outcome]).toEqual(['SELECT 1', 'UPDATE 1']);
    expect(prologue).toMatchObject({
      write: update.write,
      sync: update.sync,
      values: [account.sessionId, expect.anything(), null],
    });
    expect(await isWaiting(answer, server.client())).toBe(true);
    server.wire.release();
    expect((await answer).data).toEqual({ updateUser: { user: { name: 'Ada' } } });
  });

  it('cannot run anything for a session that has ended, and names the cause', async () => {
    const { client, account } = await loggedIn();
    await server.sql('delete from app_public.sessions where id = $1', [account.sessionId]);
    const query = await client.currentUser();
    expect(query.errors).toMatchObject([
      { message: 'Your session has ended. Log in again.', extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect(server.wire.statements.map(({ outcome }) => outcome)).toEqual(['RG000', 'skipped']);
  });

  it('cannot change anything for a session that has ended', async () => {
    const { client, account } = await loggedIn();
    await server.sql('delete from app_public.sessions where id = $1', [account.sessionId]);
    const { code } = await client.graphql(CHANGE_NAME, {
      input: { rowId: account.id, patch: { name: 'Mallory' } },
    });
    expect(code).toBe('UNAUTHENTICATED');
    expect(server.wire.statements.map(({ outcome }) => outcome)).toEqual(['RG000', 'skipped']);
    expect(await server.sql('select name from app_public.users where id = $1', [account.id])).toEqual([
      { name: null },
    ]);
  });

  it('can use a connection again after any failure, with the statements it has prepared', async () => {
    const { client, account } = await loggedIn();
    await client.currentUser();
    const broken = await client.graphql(
      '{ users(filter: { name: { matchesRegex: "(" } }) { nodes { name } } }',
    );
    expect(broken.code).toBeDefined();
    for (const _ of [1, 2])
      expect((await client.currentUser()).data.currentUser.username).toBe(account.username);
  });

  it('cannot write in a query, whatever its functions say of themselves', async () => {
    const { client } = await loggedIn();
    for (const who of [client, server.client()])
      expect(await who.graphql('{ rowgateTestCountVisits }')).toMatchObject({
        data: { rowgateTestCountVisits: null },
        code: 'FORBIDDEN',
      });
    expect(await server.sql('select * from app_private.rowgate_test_visits')).toEqual([]);
  });

  it('cannot name a role: only the database knows them', async () => {
    const client = server.client();
    const { username, password, id } = await client.register();
    await server.sql("update app_public.user_accounts set role = 'administrator' where user_id = $1", [id]);
    await client.currentUser();
    await client.graphql('{ users { nodes { username } } userAccounts { nodes { role } } }');
    await client.logout();
    await client.currentUser();
    await client.login(username, password);
    await client.graphql('mutation { endOtherSessions(input: {}) { result } }');
    const sent = server.wire.sent();
    expect(sent).toContain('resolve_session');
    expect(sent).not.toMatch(/webuser|webadmin|anonymous/i);
    expect(sent).not.toMatch(/\b(set|reset)\s+(local\s+|session\s+)*(role|authorization)\b/i);
  });

  it('can serve many at once, each under its own session', async () => {
    const people = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = server.client();
        return { client, account: await client.register() };
      }),
    );
    const questions = [...people, ...people, ...people].map(async ({ client, account }) => {
      const { data } = await client.graphql('{ currentUser { username } sessions { nodes { rowId } } }');
      return [data, account] as const;
    });
    for (const [data, { username, sessionId }] of await Promise.all(questions)) {
      expect(data).toEqual({ currentUser: { username }, sessions: { nodes: [{ rowId: sessionId }] } });
    }
  });
});
