import { describe, expect, it } from '@jest/globals';
import { isInputObjectType, isObjectType } from 'graphql';
import { logLines } from '../helpers/log-lines.ts';
import { makeRoom } from '../helpers/make-room.ts';
import { useServer } from '../helpers/server.ts';

const table = (name: string, columns = 'body text') => `
  drop table if exists app_public.${name} cascade;
  create table app_public.${name} (id uuid primary key default gen_random_uuid(), ${columns});
  alter table app_public.${name} enable row level security;
  create policy all_users on app_public.${name} for all to webuser using (true) with check (true);
  grant select, insert, update, delete on app_public.${name} to webuser;`;

const NAMES = `
  ${makeRoom('create function app_public.query')}
  ${[
    'queries',
    'nodes',
    'mutations',
    'subscriptions',
    'page_infos',
    'cursors',
    'error_codes',
    'user_connections',
  ]
    .map((name) => table(name))
    .join('')}
  ${table('rowgate_test_boxes', 'row_id integer, "rowId" integer, __secret text, _secret text, "a-b" text, a_b text, "%" text, author_id uuid references app_public.users, author text')}
  create function app_public.rowgate_test_boxes_a_b(b app_public.rowgate_test_boxes) returns text language sql stable as $$ select 'computed' $$;
  create function app_public.create_rowgate_test_box() returns text language sql volatile as $$ select 'made' $$;
  create function app_public.query() returns text language sql stable as $$ select 'asked' $$;
  create function app_public.rowgate_test_twice(a integer) returns integer language sql stable as 'select 1';
  create function app_public.rowgate_test_twice(a text) returns integer language sql stable as 'select 1';
  grant execute on all functions in schema app_public to webuser;`;

describe('a name that the API cannot use', () => {
  const log = logLines();
  const server = useServer({ LOG_LEVEL: 'warn' }, { sqlAsOwner: NAMES, logTo: log });
  const fieldsOf = async (type: string) => {
    const found = (await server.schema()).getType(type);
    return isObjectType(found) || isInputObjectType(found) ? Object.keys(found.getFields()) : null;
  };

  it.each([
    ['queries', 'QueryRecord', 'Query'],
    ['nodes', 'NodeRecord', 'Node'],
    ['mutations', 'MutationRecord', 'Mutation'],
    ['subscriptions', 'SubscriptionRecord', 'Subscription'],
    ['page_infos', 'PageInfoRecord', 'PageInfo'],
    ['cursors', 'CursorRecord', 'Cursor'],
    ['error_codes', 'ErrorCodeRecord', 'ErrorCode'],
    ['user_connections', 'UserConnectionRecord', 'UserConnection'],
  ])(
    'cannot take the table %s out of it: its rows are %s, and the log says so',
    async (name, type, taken) => {
      expect(await fieldsOf(type)).toEqual(['id', 'rowId', 'body']);
      const field = type[0]!.toLowerCase() + type.slice(1);
      expect(await fieldsOf('Query')).toEqual(expect.arrayContaining([`${field}s`, field]));
      expect(await fieldsOf('Mutation')).toEqual(
        expect.arrayContaining(['create', 'update', 'delete'].map((command) => command + type)),
      );
      const said = log.messages.filter((message) => message.startsWith(`table app_public.${name} `));
      expect(said).toEqual([
        expect.stringMatching(new RegExp(`cannot be called ${taken} .* It is ${type}\\.`)),
      ]);
    },
  );

  it('can be written and read under the other name', async () => {
    const client = server.client();
    await client.register();
    const made = await client.graphql(
      'mutation { createQueryRecord(input: { queryRecord: { body: "why" } }) { queryRecord { rowId } } }',
    );
    const { rowId } = made.data.createQueryRecord.queryRecord;
    const { data } = await client.graphql(
      `{ queryRecord(rowId: "${rowId}") { body __typename } queryRecords { totalCount } }`,
    );
    expect(data).toEqual({
      queryRecord: { body: 'why', __typename: 'QueryRecord' },
      queryRecords: { totalCount: 1 },
    });
  });

  it('cannot be that of a column, which would take its table away', async () => {
    const columns = [
      'rowId',
      'rowIdColumn',
      'rowIdColumn2',
      '_secret',
      '_secretColumn',
      'aB',
      'aBColumn',
      'u25Column',
    ];
    expect(await fieldsOf('RowgateTestBox')).toEqual(
      expect.arrayContaining([...columns, 'author', 'authorByAuthorId', 'aBFunction']),
    );
    expect(await fieldsOf('RowgateTestBoxInput')).toEqual(expect.arrayContaining(columns));
    const client = server.client();
    await client.register();
    const box =
      '{ rowIdColumn: 7, rowIdColumn2: 8, aB: "plain", aBColumn: "hyphen", u25Column: "percent", author: "me" }';
    const { data } = await client.graphql(
      `mutation { createRowgateTestBox(input: { rowgateTestBox: ${box} }) { rowgateTestBox { rowIdColumn rowIdColumn2 aB aBColumn aBFunction u25Column author authorByAuthorId { username } } } }`,
    );
    expect(data.createRowgateTestBox.rowgateTestBox).toEqual({
      rowIdColumn: 7,
      rowIdColumn2: 8,
      aB: 'plain',
      aBColumn: 'hyphen',
      aBFunction: 'computed',
      u25Column: 'percent',
      author: 'me',
      authorByAuthorId: null,
    });
    expect(
      await server.sql('select row_id, "rowId", a_b, "a-b", "%" from app_public.rowgate_test_boxes'),
    ).toEqual([{ row_id: 7, rowId: 8, a_b: 'plain', 'a-b': 'hyphen', '%': 'percent' }]);
  });

  it('cannot hide what the API has already: functions give way, and are told of', async () => {
    const client = server.client();
    await client.register();
    const made = await client.graphql('mutation { createRowgateTestBoxFunction(input: {}) { result } }');
    expect(made.data.createRowgateTestBoxFunction.result).toBe('made');
    expect((await client.graphql('{ queryFunction query { __typename } }')).data).toEqual({
      queryFunction: 'asked',
      query: { __typename: 'Query' },
    });
    expect(log.messages.filter((message) => message.includes('shares its name'))).toHaveLength(2);
  });
});

const ENUMS = `
  create type app_public.rowgate_test_state as enum ('open', 'in-progress', 'in progress', 'in_review', '1st', '', 'true', 'null');
  ${table('rowgate_test_tickets', `number integer generated always as identity, state app_public.rowgate_test_state not null default 'in-progress', earlier app_public.rowgate_test_state[]`)}
  create index on app_public.rowgate_test_tickets (state);
  comment on column app_public.rowgate_test_tickets.state is '@behavior +orderBy';
  create function app_public.rowgate_test_echo(state app_public.rowgate_test_state) returns app_public.rowgate_test_state
    language sql stable as 'select state';
  grant execute on function app_public.rowgate_test_echo to webuser;`;
const VALUES = {
  open: 'open',
  in_progress: 'in-progress',
  in_progress_2: 'in progress',
  in_review: 'in_review',
  _1st: '1st',
  _EMPTY_: '',
  _true: 'true',
  _null: 'null',
};

describe('a label that is no GraphQL value', () => {
  const log = logLines();
  const server = useServer({ LOG_LEVEL: 'warn' }, { sqlAsOwner: ENUMS, logTo: log });

  it('can be told of in the log', async () => {
    await server.schema();
    expect(log.messages.filter((message) => message.includes('rowgate_test'))).toEqual([
      `type app_public.rowgate_test_state has labels that GraphQL does not allow. In the API, 'in-progress' is in_progress, 'in progress' is in_progress_2, '1st' is _1st, '' is _EMPTY_, 'true' is _true, 'null' is _null.`,
    ]);
  });

  it.each(Object.entries(VALUES))(
    'can be written as %s, and read, filtered and passed on',
    async (value, label) => {
      const client = server.client();
      await client.register();
      const written = await client.graphql(
        `mutation ($state: RowgateTestState!) {
        asVariable: createRowgateTestTicket(input: { rowgateTestTicket: { state: $state, earlier: [$state] } }) { rowgateTestTicket { state earlier } }
        asLiteral: createRowgateTestTicket(input: { rowgateTestTicket: { state: ${value}, earlier: [open, ${value}] } }) { rowgateTestTicket { state earlier } }
      }`,
        { state: value },
      );
      expect(written.data).toEqual({
        asVariable: { rowgateTestTicket: { state: value, earlier: [value] } },
        asLiteral: { rowgateTestTicket: { state: value, earlier: ['open', value] } },
      });
      expect(
        await server.sql('select distinct state from app_public.rowgate_test_tickets where state = $1', [
          label,
        ]),
      ).toEqual([{ state: label }]);
      const { data } = await client.graphql(
        `query ($state: RowgateTestState!, $filter: RowgateTestTicketFilter!) {
        equal: rowgateTestTickets(filter: { state: { equalTo: $state } }) { nodes { state } }
        among: rowgateTestTickets(filter: { state: { in: [${value}] } }) { totalCount }
        whole: rowgateTestTickets(filter: $filter) { totalCount }
        condition: rowgateTestTickets(condition: { state: ${value} }) { totalCount }
        rowgateTestEcho(state: $state)
      }`,
        { state: value, filter: { state: { equalTo: value } } },
      );
      const totalCount = data.equal.nodes.length;
      expect(totalCount).toBeGreaterThan(1);
      expect(new Set(data.equal.nodes.map(({ state }: { state: string }) => state))).toEqual(
        new Set([value]),
      );
      expect(data).toMatchObject({
        among: { totalCount },
        whole: { totalCount },
        condition: { totalCount },
        rowgateTestEcho: value,
      });
    },
  );

  it('can be the default of a column, and be ordered by', async () => {
    const client = server.client();
    await client.register();
    const { data } = await client.graphql(
      'mutation { createRowgateTestTicket(input: { rowgateTestTicket: {} }) { rowgateTestTicket { state } } }',
    );
    expect(data.createRowgateTestTicket.rowgateTestTicket.state).toBe('in_progress');
    const ordered = await client.graphql(
      '{ rowgateTestTickets(orderBy: STATE_DESC, first: 100) { nodes { state } } }',
    );
    const states = ordered.data.rowgateTestTickets.nodes.map(({ state }: { state: string }) => state);
    const order = Object.keys(VALUES);
    expect(states).toEqual(states.toSorted((a: string, b: string) => order.indexOf(b) - order.indexOf(a)));
  });
});
