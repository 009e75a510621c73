import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpClient } from '../helpers/http-client.ts';
import { useServer } from '../helpers/server.ts';
import { useLog } from '../helpers/use-log.ts';

const SCHEMA = `
  create table app_public.result_readings (id int primary key, value float8, small float4, matrix int[]);
  alter table app_public.result_readings enable row level security;
  create policy all_users on app_public.result_readings for all to webuser using (true) with check (true);
  grant select, insert, update, delete on app_public.result_readings to webuser;
  create function app_private.tg_result_readings__drop() returns trigger language plpgsql as
    $$ begin return null; end $$;
  create trigger _500_drop before insert on app_public.result_readings for each row when (new.id = 9)
    execute function app_private.tg_result_readings__drop();
  insert into app_public.result_readings values (1, 'NaN', '-Infinity', '{{1,2},{3,4}}');
  create function app_public.result_matrix() returns int[] language sql stable as $$ select '{{1,2}}'::int[] $$;
  create function app_public.result_double(value int) returns int language sql stable as 'select value * 2';
  grant execute on function app_public.result_matrix, app_public.result_double to webuser;
`;

describe('a value that the schema cannot express', () => {
  const log = useLog();
  const server = useServer({ LOG_LEVEL: 'info' }, { sqlAsOwner: SCHEMA, logTo: log.destination });
  let client: HttpClient;
  beforeAll(async () => {
    client = server.client();
    await client.register();
  });

  it.each([
    ['NaN in a Float', '{ resultReadings { nodes { rowId value } } }'],
    ['Infinity in a Float', '{ resultReadings { nodes { rowId small } } }'],
    ['an array of arrays', '{ resultReadings { nodes { rowId matrix } } }'],
    ['an array of arrays from a function', '{ resultMatrix }'],
    [
      'no row, because a trigger has dropped it',
      'mutation { createResultReading(input: { resultReading: { rowId: 9 } }) { resultReading { rowId } } }',
    ],
  ])('cannot be blamed on the document: %s', async (_, document) => {
    const { errors, status } = await client.graphql(document);
    expect(status).toBe(200);
    expect(errors?.length).toBeGreaterThan(0);
    for (const { message, extensions } of errors ?? []) {
      expect(message).toBe('Something went wrong on our side.');
      expect(extensions).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', errorId: expect.any(String) });
    }
    // The log has each of them.
    expect(log.entries('unexpected error').map(({ errorId, path }) => [errorId, path])).toEqual(
      errors?.map(({ extensions, path }) => [extensions.errorId, path]),
    );
    expect(log.entries('request')).toMatchObject([{ codes: errors?.map(() => 'INTERNAL_SERVER_ERROR') }]);
  });

  it('can leave the other fields of the row as they are', async () => {
    const { data } = await client.graphql('{ resultReadings { nodes { rowId value } } }');
    expect(data).toEqual({ resultReadings: { nodes: [{ rowId: 1, value: null }] } });
  });

  it.each([
    ['of the wrong type', 'query Q($v: Int!) { resultDouble(value: $v) }', { v: 'canary' }],
    ['missing', 'query Q($v: Int!) { resultDouble(value: $v) }', {}],
    ['null', 'query Q($v: Int!) { resultDouble(value: $v) }', { v: null }],
    ['null instead of its default', 'query Q($v: Int = 1) { resultDouble(value: $v) }', { v: null }],
    [
      'of the wrong type in a list',
      'query Q($v: [Int!]) { resultReadings(filter: { rowId: { in: $v } }) { nodes { rowId } } }',
      { v: [1, 'canary'] },
    ],
    ['of the wrong form', 'query Q($v: UUID!) { user(rowId: $v) { rowId } }', { v: 'canary' }],
  ])('is told from a variable %s, which is the client’s', async (_, document, variables) => {
    const { code, errors, response } = await client.graphql(document, variables);
    expect(code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(errors?.[0]?.message).toMatch(/UUID|Int/);
    expect(response.text).not.toMatch(/canary|planning/);
    expect(log.entries('unexpected error')).toEqual([]);
    expect(log.entries('request')).toMatchObject([{ codes: ['GRAPHQL_VALIDATION_FAILED'] }]);
  });
});
