import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PgSelectStep } from 'postgraphile/@dataplan/pg';
import { ApplyInputStep } from 'postgraphile/grafast';
import { argumentsKey, askForKeys } from '../../src/graphile/sql-memory/argument-keys.ts';
import { keyOf } from '../../src/graphile/sql-memory/key-of.ts';
import { type RememberedQuery, sizeOfQuery } from '../../src/graphile/sql-memory/remembered-query.ts';
import type { Values } from '../../src/graphile/sql-memory/select-step.ts';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';

const NOTES = `
  create table app_public.rowgate_test_notes (
    id integer primary key,
    user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
    title text,
    written_on date not null default '2020-01-01'
  );
  create index on app_public.rowgate_test_notes (user_id);
  create index on app_public.rowgate_test_notes (written_on);
  create index on app_public.rowgate_test_notes (title);
  alter table app_public.rowgate_test_notes enable row level security;
  create policy own_rows on app_public.rowgate_test_notes for all to webuser
    using (user_id = (select app_public.current_user_id())) with check (user_id = (select app_public.current_user_id()));
  grant select, insert, update, delete on app_public.rowgate_test_notes to webuser;
`;
const PAGE = `query Page($first: Int, $offset: Int, $last: Int, $after: Cursor, $order: [RowgateTestNoteOrderBy!], $filter: RowgateTestNoteFilter) {
  notes: rowgateTestNotes(first: $first, offset: $offset, last: $last, after: $after, orderBy: $order, filter: $filter) {
    nodes { rowId title user { username } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
    totalCount
  }
}`;
const ONE =
  'query One($id: Int!) { note: rowgateTestNote(rowId: $id) { rowId title writtenOn user { username } } }';

describe('the SQL of a plan', () => {
  const server = useServer({}, { sqlAsOwner: NOTES });
  let ada: HttpClient;
  let bob: HttpClient;
  let adaName: string;
  beforeAll(async () => {
    ada = server.client();
    bob = server.client();
    const accounts = [await ada.register(), await bob.register()] as const;
    adaName = accounts[0].username;
    for (const [index, { id }] of accounts.entries())
      await server.sql(
        `insert into app_public.rowgate_test_notes (id, user_id, title)
         select n * 10 + $2, $1, nullif('note ' || n, 'note 3') from generate_series(1, 5) n`,
        [id, index],
      );
  });
  // What every build of a query calls, and planning too.
  const built = jest.spyOn(PgSelectStep as unknown as { getStaticInfo(): unknown }, 'getStaticInfo');
  beforeEach(() => {
    built.mockClear();
  });

  const ask = async (client: HttpClient, query: string, variables: Record<string, unknown>) => {
    const { data, errors } = await client.graphql(query, variables);
    expect(errors).toBeUndefined();
    return data;
  };
  const page = async (client: HttpClient, variables: Record<string, unknown>) =>
    (await ask(client, PAGE, variables)).notes;
  const ids = async (client: HttpClient, variables: Record<string, unknown>) =>
    (await page(client, variables)).nodes.map(({ rowId }: { rowId: number }) => rowId);

  it('can be used again for the same arguments, whoever asks', async () => {
    const variables = { first: 2, order: ['ROW_ID_DESC'], filter: { rowId: { greaterThan: 10 } } };
    expect(await ids(ada, variables)).toEqual([50, 40]);
    expect(built).toHaveBeenCalled();
    built.mockClear();
    expect(await ids(ada, variables)).toEqual([50, 40]);
    expect(await ids(bob, variables)).toEqual([51, 41]);
    expect(built).not.toHaveBeenCalled();
    expect((await page(ada, variables)).nodes[0].user.username).toBe(adaName);
  });

  it('can be used again for other values of a parameter', async () => {
    const title = async (id: number) => (await ask(ada, ONE, { id })).note?.title;
    expect(await title(10)).toBe('note 1');
    built.mockClear();
    expect(await title(20)).toBe('note 2');
    expect(await title(30)).toBeNull();
    expect(await title(11)).toBeUndefined();
    expect(built).not.toHaveBeenCalled();
  });

  it('cannot be mistaken for that of other arguments', async () => {
    for (let time = 0; time < 3; time++) {
      expect(await ids(ada, { first: 2 })).toEqual([10, 20]);
      expect(await ids(ada, { first: 3 })).toEqual([10, 20, 30]);
      expect(await ids(ada, { first: 2, offset: 1 })).toEqual([20, 30]);
      expect(await ids(ada, { first: 0 })).toEqual([]);
      expect(await ids(ada, { last: 2 })).toEqual([40, 50]);
      expect(await ids(ada, { order: ['ROW_ID_DESC'] })).toEqual([50, 40, 30, 20, 10]);
      expect(await ids(ada, { order: ['WRITTEN_ON_ASC', 'ROW_ID_DESC'] })).toEqual([50, 40, 30, 20, 10]);
      expect(await ids(ada, { filter: { title: { equalTo: 'note 2' } } })).toEqual([20]);
      expect(await ids(ada, { filter: { title: { equalTo: 'note 4' } } })).toEqual([40]);
      expect(await ids(ada, { filter: { title: { isNull: true } } })).toEqual([30]);
      expect(await ids(ada, { filter: { title: { isNull: false } } })).toEqual([10, 20, 40, 50]);
      expect(await ids(ada, { filter: { rowId: { in: [10, 30] } } })).toEqual([10, 30]);
      expect(await ids(ada, { filter: { rowId: { in: [20] } } })).toEqual([20]);
      expect(await ids(ada, {})).toEqual([10, 20, 30, 40, 50]);
    }
  });

  it('can tell whether there are more pages', async () => {
    for (let time = 0; time < 2; time++) {
      const first = await page(ada, { first: 2 });
      expect(first).toMatchObject({
        totalCount: 5,
        pageInfo: { hasNextPage: true, hasPreviousPage: false },
      });
      expect((await page(ada, { first: 5 })).pageInfo).toMatchObject({ hasNextPage: false });
      expect((await page(ada, { first: 2, offset: 3 })).pageInfo).toMatchObject({
        hasNextPage: false,
        hasPreviousPage: true,
      });
      const { endCursor } = first.pageInfo;
      expect(await ids(ada, { first: 2, after: endCursor })).toEqual([30, 40]);
    }
  });

  it('can change with the rows, and with what a mutation has written', async () => {
    const rename = (title: string) =>
      ask(
        bob,
        'mutation ($t: String!) { updateNote: updateRowgateTestNote(input: { rowId: 11, patch: { title: $t } }) { note: rowgateTestNote { title user { username } } query { note: rowgateTestNote(rowId: 11) { title } } } }',
        { t: title },
      );
    for (const title of ['one', 'two', 'three']) {
      expect((await rename(title)).updateNote).toMatchObject({ note: { title }, query: { note: { title } } });
      expect((await ask(bob, ONE, { id: 11 })).note.title).toBe(title);
    }
  });

  it('cannot hide an error of the database, nor keep it', async () => {
    await ask(ada, ONE, { id: 10 });
    await server.sql('revoke select on app_public.rowgate_test_notes from webuser');
    expect((await ada.graphql(ONE, { id: 10 })).code).toBe('FORBIDDEN');
    await server.sql('grant select on app_public.rowgate_test_notes to webuser');
    expect((await ask(ada, ONE, { id: 10 })).note.title).toBe('note 1');
  });
});

describe('the key of a value', () => {
  it.each<[string, unknown, unknown]>([
    ['a number and its text', 1, '1'],
    ['null and its text', null, 'null'],
    ['nothing and null', undefined, null],
    ['a list and its only item', ['a'], 'a'],
    ['one list and two', [['a', 'b']], [['a'], ['b']]],
    ['a field that is nothing, and none', { a: undefined }, {}],
    ['an object and the list of its parts', { a: 1 }, ['a', 1]],
    ['fields in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['text with the signs of others', '",1', ['', 1]],
    ['0 and -0', 0, -0],
    ['true and its text', true, 'true'],
  ])('can tell %s apart', (_, one, other) => {
    expect(keyOf(one)).not.toBeNull();
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  it.each<[string, unknown]>([
    ['a date', new Date(0)],
    ['a map', new Map([[1, 2]])],
    ['a promise, such as an upload', Promise.resolve()],
    ['bytes', Buffer.from('a')],
    ['a function', () => {}],
    ['a bigint', 1n],
    ['a symbol', Symbol('a')],
  ])('cannot be made of %s, nor of what holds it', (_, value) => {
    expect(keyOf(value)).toBeNull();
    expect(keyOf({ deep: [value] })).toBeNull();
  });

  it('can be the same for what is alike', () => {
    const value = () => ({ a: [1, 'x', null, { b: true }], c: Object.create(null) });
    expect(keyOf(value())).toBe(keyOf(value()));
  });
});

describe('the key of a step’s arguments', () => {
  const NONE = {
    firstStepId: null,
    lastStepId: null,
    offsetStepId: null,
    afterStepId: null,
    beforeStepId: null,
  };
  const values = (...all: unknown[]) =>
    all.map((value) => ({ unaryValue: () => value })) as unknown as Values;

  it('can tell the same digits of two arguments apart', () => {
    const schema = {} as never;
    const inputs = [0, 1].map(() =>
      Object.assign(Object.create(ApplyInputStep.prototype), { scopeDepId: null, operationPlan: { schema } }),
    );
    const step = { ...NONE, applyDepIds: [0, 1], dependencies: inputs };
    askForKeys(step);
    const make = (index: number, value: unknown) =>
      inputs[index].unbatchedExecute({} as never, value, undefined);
    const keyFor = (one: number, other: number) => argumentsKey(step, values(make(0, one), make(1, other)));
    expect(keyFor(1, 23)).not.toBeNull();
    expect(keyFor(1, 23)).not.toBe(keyFor(12, 3));
    expect(keyFor(1, 23)).toBe(keyFor(1, 23));
    // Of equal values, but not by the same step.
    expect(argumentsKey(step, values(make(1, 1), make(1, 1)))).not.toBe(keyFor(1, 1));
    expect(argumentsKey(step, values(make(0, 1), make(0, 1)))).not.toBe(keyFor(1, 1));
  });

  it('cannot be made of a function that nothing is known of', () => {
    expect(
      argumentsKey(
        { ...NONE, applyDepIds: [0] },
        values(() => {}),
      ),
    ).toBeNull();
    expect(argumentsKey({ ...NONE, applyDepIds: [0] }, values(null))).not.toBeNull();
  });
});

describe('the size of a remembered query', () => {
  const query = (text: string, parameters: string[]) =>
    ({ options: { text }, parameters, method: 'executeWithCache', page: {} }) as unknown as RememberedQuery;

  it('can tell how long its text, its values and its key are', () => {
    const size = (text: string, parameters: string[], key: string) =>
      sizeOfQuery(query(text, parameters), key);
    const none = size('', [], '');
    expect(none).toBeGreaterThan(1_000);
    expect(size('x'.repeat(10), [], '')).toBe(none + 10);
    expect(size('', ['x'.repeat(10), 'y'], '')).toBe(none + 11);
    expect(size('', [], 'x'.repeat(10))).toBe(none + 10);
  });
});
