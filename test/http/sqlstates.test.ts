import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { readSqlstates } from '../helpers/read-sqlstates.ts';
import { useServer } from '../helpers/server.ts';
import { useLog } from '../helpers/use-log.ts';

const open = (table: string) => `
  alter table ${table} enable row level security;
  create policy all_users on ${table} for all to webuser using (true) with check (true);
  grant select, insert, update, delete on ${table} to webuser;
`;

const SCHEMA = `
  create table app_public.sqlstate_rooms (id int primary key, slug text, size int not null default 1, during int4range,
    constraint sqlstate_rooms_slug_key unique (slug),
    constraint sqlstate_rooms_during_excl exclude using gist (during with &&));
  ${open('app_public.sqlstate_rooms')}
  create table app_public.sqlstate_keys (id int primary key,
    room_id int not null references app_public.sqlstate_rooms on delete restrict);
  create index on app_public.sqlstate_keys (room_id);
  ${open('app_public.sqlstate_keys')}
  create view app_public.sqlstate_large_rooms with (security_invoker = true) as
    select id, size from app_public.sqlstate_rooms where size > 10 with check option;
  comment on view app_public.sqlstate_large_rooms is '@primaryKey id';
  grant select, insert on app_public.sqlstate_large_rooms to webuser;
  insert into app_public.sqlstate_rooms (id, during) values (1, '[1,5)');
  insert into app_public.sqlstate_keys values (1, 1);

  create function app_public.sqlstate_raise(state text) returns int language plpgsql stable as
    $$ begin raise exception 'canary' using errcode = state; end $$;
  create function app_public.sqlstate_assert() returns int language plpgsql stable as
    $$ begin assert false, 'canary'; return 1; end $$;
  create function app_public.sqlstate_strict() returns int language plpgsql stable as
    $$ declare r int; begin select 1 into strict r from app_public.sqlstate_rooms where false; return r; end $$;
  create function app_public.sqlstate_many_rows() returns int language sql stable as
    $$ select (select * from generate_series(1, 2)) $$;
  create function app_public.sqlstate_own(hint text, detail text default null) returns int language plpgsql stable as
    $$ begin raise exception 'Choose a smaller room.' using errcode = 'RG000', hint = sqlstate_own.hint,
      detail = coalesce(sqlstate_own.detail, ''), column = 'hint'; end $$;
  grant execute on function app_public.sqlstate_raise, app_public.sqlstate_assert, app_public.sqlstate_strict,
    app_public.sqlstate_many_rows, app_public.sqlstate_own to webuser;
`;

/** For each SQLSTATE that is not an unexpected error. */
const EXPECTED: [RegExp, string][] = [
  [/^23505$|^23P01$/, 'NOT_UNIQUE'],
  [/^2200H$|^22002$|^22010$|^22022$|^22P0[347]$|^54001$/, 'INTERNAL_SERVER_ERROR'],
  [/^54011$|^54023$/, 'QUERY_TOO_COMPLEX'],
  [/^10|^22|^23|^428C9$|^44|^54/, 'INVALID_INPUT'],
  // A query may only read, whatever raises it.
  [/^42501$|^25006$/, 'FORBIDDEN'],
  [/^25P03$|^25P04$|^55P03$|^57014$/, 'TIMEOUT'],
  [/^08|^25006$|^28|^3D|^40|^53|^57|^72|^HV00N$/, 'UNAVAILABLE'],
];

describe('an error of PostgreSQL', () => {
  const log = useLog();
  const server = useServer({ LOG_LEVEL: 'info' }, { sqlAsOwner: SCHEMA, logTo: log.destination });
  let client: HttpClient;
  beforeAll(async () => {
    client = server.client();
    await client.register();
  });

  it('can be told by its SQLSTATE, for each of the list', async () => {
    const sqlstates = (await readSqlstates()).filter((sqlstate) => !sqlstate.startsWith('00'));
    expect(sqlstates.length).toBeGreaterThan(250);
    for (const state of sqlstates) {
      const { errors } = await client.graphql('query Q($state: String!) { sqlstateRaise(state: $state) }', {
        state,
      });
      const code = EXPECTED.find(([pattern]) => pattern.test(state))?.[1] ?? 'INTERNAL_SERVER_ERROR';
      expect([state, errors?.[0]?.extensions.code]).toEqual([state, code]);
      expect(errors?.[0]?.message).not.toMatch(/canary/);
      expect([state, typeof errors?.[0]?.extensions.errorId]).toEqual([
        state,
        code === 'INTERNAL_SERVER_ERROR' ? 'string' : 'undefined',
      ]);
    }
  });

  it.each([
    [
      'a row that others still need (23001 since PostgreSQL 18)',
      'deleteSqlstateRoom(input: { rowId: 1 })',
      'INVALID_INPUT',
    ],
    [
      'an exclusion constraint (23P01)',
      `createSqlstateRoom(input: { sqlstateRoom: { rowId: 2, during:
        { start: { value: 3, inclusive: true }, end: { value: 9, inclusive: false } } } })`,
      'NOT_UNIQUE',
    ],
    [
      'the check option of a view (44000)',
      'createSqlstateLargeRoom(input: { sqlstateLargeRoom: { rowId: 3, size: 1 } })',
      'INVALID_INPUT',
    ],
    [
      'a number too large (22003)',
      'createSqlstateRoom(input: { sqlstateRoom: { rowId: 4, during: { start: { value: 2147483647, inclusive: false } } } })',
      'INVALID_INPUT',
    ],
  ])('can blame the client for %s', async (_, field, expected) => {
    expect((await client.graphql(`mutation { ${field} { clientMutationId } }`)).code).toBe(expected);
    expect(log.entries('unexpected error')).toEqual([]);
  });

  it('can blame the client for a value too large for an index (54000)', async () => {
    const { code } = await client.graphql(
      'mutation M($slug: String!) { createSqlstateRoom(input: { sqlstateRoom: { rowId: 6, slug: $slug } }) { clientMutationId } }',
      { slug: randomBytes(20_000).toString('hex') },
    );
    expect(code).toBe('INVALID_INPUT');
  });

  it.each(['sqlstateAssert', 'sqlstateStrict', 'sqlstateManyRows'])(
    'cannot blame the client for a mistake of a function: %s',
    async (field) => {
      expect((await client.graphql(`{ ${field} }`)).code).toBe('INTERNAL_SERVER_ERROR');
      expect(log.entries('unexpected error')).toHaveLength(1);
    },
  );

  it('can carry a message of its author’s, where it names one of the codes', async () => {
    const ask = (hint: string, detail?: string) =>
      client.graphql('query Q($h: String!, $d: String) { sqlstateOwn(hint: $h, detail: $d) }', {
        h: hint,
        d: detail,
      });
    expect((await ask('INVALID_INPUT')).errors).toMatchObject([
      { message: 'Choose a smaller room.', extensions: { code: 'INVALID_INPUT', field: 'hint' } },
    ]);
    expect((await ask('TOO_MANY_ATTEMPTS', '12')).errors?.[0]?.extensions).toMatchObject({ retryAfter: 12 });
    // Not a number of seconds.
    expect((await ask('TOO_MANY_ATTEMPTS', 'soon')).errors?.[0]?.extensions).not.toHaveProperty('retryAfter');
    expect(log.entries('unexpected error')).toEqual([]);
    for (const hint of ['NO_SUCH_CODE', 'toString', ''])
      expect((await ask(hint)).errors).toMatchObject([
        { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ]);
  });
});
