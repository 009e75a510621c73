import { beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { HTTPS, PRODUCTION } from '../helpers/production.ts';
import { useServer } from '../helpers/server.ts';
import { signCookie } from '../helpers/sign-cookie.ts';
import { useLog } from '../helpers/use-log.ts';

/** Functions that fail as ours never should, and one that only administrators may call. */
const FAILING_FUNCTIONS = `
  create function app_public.rowgate_test_boom(password text) returns integer language plpgsql stable as $$
  begin
    raise exception 'internals: select from app_private.user_secrets, given %', password;
  end $$;
  create function app_public.rowgate_test_broken() returns integer language plpgsql stable as
    'begin return (select count(*) from app_public.no_such_table); end';
  create function app_public.rowgate_test_make_broken() returns integer language plpgsql volatile as
    'begin return (select count(*) from app_public.no_such_table); end';
  create function app_public.rowgate_test_for_administrators() returns integer language sql stable as 'select 1';
  grant execute on function app_public.rowgate_test_boom(text), app_public.rowgate_test_broken(), app_public.rowgate_test_make_broken() to anonymous, webuser;
  grant execute on function app_public.rowgate_test_for_administrators() to webadmin;
`;
const INTERNALS =
  /select|app_p|user_secrets|no_such_table|raise|PL\/pgSQL|\bat .*:\d+|node_modules|\/src\/|plpgsql|42P01|P0001|\d+\.\d+\.\d+/i;
const CHANGE = 'mutation Change($input: UpdateUserInput!) { updateUser(input: $input) { user { name } } }';

describe('errors in production', () => {
  const log = useLog();
  const options = { sqlAsOwner: FAILING_FUNCTIONS, logTo: log.destination };
  const server = useServer({ ...PRODUCTION, LOG_LEVEL: 'trace' }, options);
  let client: HttpClient;
  beforeEach(() => {
    client = server.client(HTTPS);
  });

  it.each([
    '{ rowgateTestBroken }',
    '{ rowgateTestBoom(password: "canary") }',
    'mutation { rowgateTestMakeBroken(input: {}) { result } }',
  ])('cannot tell the client what went wrong in %s, only under which id the log has it', async (document) => {
    const { status, errors, response } = await client.graphql(document);
    expect(status).toBe(200);
    expect(errors).toHaveLength(1);
    const { message, extensions, path } = errors?.[0] ?? {};
    expect(message).toBe('Something went wrong on our side.');
    expect(extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      errorId: expect.stringMatching(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/),
    });
    expect(path).toHaveLength(1);
    expect(response.text).not.toMatch(INTERNALS);
    expect(JSON.stringify(response.headers)).not.toMatch(/\d+\.\d+\.\d+|node|express|grafast|postgr/i);

    const [entry, ...others] = log.entries('unexpected error');
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      errorId: extensions?.errorId,
      path,
      sqlstate: expect.stringMatching(/^(42P01|P0001)$/),
      stack: expect.stringMatching(/^error\n +at /i),
    });
    // Its message could quote a value, the document hold a password.
    expect(JSON.stringify(entry)).not.toMatch(/canary|internals|user_secrets|no_such_table|select/);
    expect(log.printed).toEqual([]);
  });
});

describe('errors', () => {
  const log = useLog();
  const server = useServer({ LOG_LEVEL: 'trace' }, { sqlAsOwner: FAILING_FUNCTIONS, logTo: log.destination });
  let client: HttpClient;
  beforeEach(() => {
    client = server.client();
  });

  it('can name the field that a constraint refuses, as the schema spells it', async () => {
    const { id: rowId, username } = await client.register();
    const change = async (patch: object) =>
      (await client.graphql(CHANGE, { input: { rowId, patch } })).errors;
    expect(await change({ avatarUrl: 'javascript:alert(1)' })).toMatchObject([
      { message: 'This value is not accepted.', extensions: { code: 'INVALID_INPUT', field: 'avatarUrl' } },
    ]);
    expect(await change({ name: 'x'.repeat(101) })).toMatchObject([
      { extensions: { code: 'INVALID_INPUT', field: 'name' } },
    ]);
    expect(await change({ username: null })).toMatchObject([
      { extensions: { code: 'INVALID_INPUT', field: 'username' } },
    ]);

    const other = await server.client().register();
    expect(other.username).not.toBe(username);
    expect(await change({ username: other.username.toUpperCase() })).toMatchObject([
      { message: 'This is taken already.', extensions: { code: 'NOT_UNIQUE', field: 'username' } },
    ]);
    expect(await change({})).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
    expect(log.entries('unexpected error')).toEqual([]);
  });

  it('can say which cursor is no cursor', async () => {
    for (const cursor of ['garbage', Buffer.from('{}').toString('base64'), '[]'])
      expect(
        (
          await client.graphql('query Q($after: Cursor) { users(after: $after) { nodes { rowId } } }', {
            after: cursor,
          })
        ).code,
      ).toBe('INVALID_INPUT');
    expect(log.entries('unexpected error')).toEqual([]);
  });

  it('can tell a user what is forbidden, and who is not logged in to log in', async () => {
    expect((await client.graphql('{ rowgateTestForAdministrators }')).errors).toMatchObject([
      { message: 'Log in first.', extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    const { id } = await client.register();
    expect((await client.graphql('{ rowgateTestForAdministrators }')).errors).toMatchObject([
      { message: 'You may not do this.', extensions: { code: 'FORBIDDEN' } },
    ]);
    await server.sql("update app_public.user_accounts set role = 'administrator' where user_id = $1", [id]);
    expect((await client.graphql('{ rowgateTestForAdministrators }')).data).toEqual({
      rowgateTestForAdministrators: 1,
    });
  });

  it('cannot tell a row that is hidden from one that does not exist', async () => {
    const other = await server.client().register();
    await client.register();
    const nowhere = '00000000-0000-4000-8000-000000000000';
    const remove =
      'mutation Delete($id: UUID!) { deleteSession(input: { rowId: $id }) { session { rowId } } }';
    const answers = [
      await client.graphql(CHANGE, { input: { rowId: other.id, patch: { name: 'Mallory' } } }),
      await client.graphql(CHANGE, { input: { rowId: nowhere, patch: { name: 'Mallory' } } }),
      await client.graphql(remove, { id: other.sessionId }),
      await client.graphql(remove, { id: nowhere }),
    ];
    for (const { errors } of answers)
      expect(errors).toMatchObject([
        { message: 'There is no such thing, or you may not see it.', extensions: { code: 'NOT_FOUND' } },
      ]);
    expect(log.entries('unexpected error')).toEqual([]);
  });

  it('cannot take somebody for anonymous while the cookie store is out of order', async () => {
    const { sessionId, username } = await client.register();
    // A cookie of another process of this server: this one has never looked it up.
    await server.sql(
      `insert into app_private.cookie_sessions (sid, sess, expire)
       values ('elsewhere', json_build_object('sessionId', $1::text, 'cookie', '{}'::json), now() + interval '1 day')`,
      [sessionId],
    );
    const elsewhere = server.client();
    elsewhere.cookies.set('rowgate', signCookie('elsewhere', server.config.session.secrets[0] as string));

    await server.sql('alter table app_private.cookie_sessions rename to out_of_order');
    const { status, code, data } = await elsewhere.currentUser();
    expect([status, code, data]).toEqual([503, 'UNAVAILABLE', undefined]);
    expect(elsewhere.cookies.has('rowgate')).toBe(true);
    expect((await client.currentUser()).data.currentUser.username).toBe(username);

    await server.sql('alter table app_private.out_of_order rename to cookie_sessions');
    expect((await elsewhere.currentUser()).data.currentUser.username).toBe(username);
  });
});
