import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import { describe, expect, it } from '@jest/globals';
import { buildInflection } from 'postgraphile/graphile-build';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { nameEnumValues } from '../../src/graphile/api-names/enum-value-names.ts';
import { findRenames } from '../../src/graphile/api-names/find-renames.ts';
import { type ApiObjects, type ApiTable, toInflectors } from '../../src/graphile/api-names/model.ts';

const inflectors = toInflectors(
  buildInflection({ extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset] }),
);

const table = (name: string, columns: string[] = [], given: Partial<ApiTable> = {}): ApiTable => ({
  label: `table app_public.${name}`,
  name,
  tags: {},
  isReachable: true,
  columns: columns.map((column) => ({
    label: `column ${column}`,
    name: column,
    tags: {},
    isReachable: true,
  })),
  foreignKeys: [],
  uniqueKeys: [],
  commands: new Set(['select', 'insert', 'update', 'delete']),
  ...given,
});
const nothing: ApiObjects = { tables: [], types: [], functions: [] };
const renames = (objects: Partial<ApiObjects>) =>
  findRenames({ ...nothing, ...objects }, inflectors).map(({ object, to }) => `${object.name}: ${to}`);

describe('the values of an enum in the API', () => {
  it.each([
    [
      ['open', 'in-progress'],
      ['open', 'in_progress'],
    ],
    [
      ['1st', '2nd'],
      ['_1st', '_2nd'],
    ],
    [
      ['true', 'false', 'null', 'True'],
      ['_true', '_false', '_null', 'True'],
    ],
    [
      ['a-b', 'a.b', 'a b'],
      ['a_b', 'a_b_2', 'a_b_3'],
    ],
    // A label that is a name keeps it, wherever it stands.
    [
      ['a-b', 'a_b', 'a_b_2'],
      ['a_b_3', 'a_b', 'a_b_2'],
    ],
    [
      ['__typename', '_typename'],
      ['_typename_2', '_typename'],
    ],
    [
      ['constructor', '__proto__', 'toString'],
      ['constructor', '_proto__', 'toString'],
    ],
    [
      ['☃', ' ', '--'],
      ['u2603', 'u20', 'u2d_u2d'],
    ],
  ])('can be made of %j', (labels, values) => {
    expect([...nameEnumValues(labels).values()]).toEqual(values);
  });
});

describe('the names of the API', () => {
  it('can be given to tables whose type GraphQL or another table has', () => {
    expect(
      renames({
        tables: ['queries', 'node', 'page_infos', 'cursors', 'error_codes'].map((name) => table(name)),
      }),
    ).toEqual([
      'cursors: CursorRecord',
      'error_codes: ErrorCodeRecord',
      'page_infos: PageInfoRecord',
      'queries: QueryRecord',
      'node: NodeRecord',
    ]);
    expect(renames({ tables: ['users', '_users', 'user', 'user_edges'].map((name) => table(name)) })).toEqual(
      ['user_edges: UserEdgeRecord', '_users: UserRecord', 'user: UserRecord2'],
    );
  });

  it('cannot depend on the order in which tables and columns were made', () => {
    const names = ['colors', 'color', '_colors', 'queries', 'query', 'color_inputs', 'color_filters'];
    const inOrder = renames({ tables: names.map((name) => table(name)) });
    expect(renames({ tables: names.toReversed().map((name) => table(name)) })).toEqual(inOrder);
    expect(renames({ tables: [table('a', ['row_id', '"rowId"', 'id'])] })).toEqual([
      'row_id: rowIdColumn',
      '"rowId": rowIdColumn2',
    ]);
  });

  it('can be chosen by @name, which is left alone', () => {
    expect(renames({ tables: [table('queries', [], { tags: { name: 'questions' } })] })).toEqual([]);
  });

  it('cannot be those of a mutation that a table has, unless no role may do that', () => {
    const create = {
      label: 'function app_public.create_color()',
      name: 'create_color',
      tags: {},
      isReachable: true,
      isMutation: true,
      ofTable: null,
      argumentNames: [],
    };
    expect(renames({ tables: [table('colors')], functions: [create] })).toEqual([
      'create_color: createColorFunction',
    ]);
    const readOnly = table('colors', [], { commands: new Set(['select']) });
    expect(renames({ tables: [readOnly], functions: [create] })).toEqual([]);
  });
});
