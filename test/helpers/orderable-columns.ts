/** Values of each type that a column can be ordered by: extremes, ties, and equal values that are written differently. */
const VALUES: Record<string, string[]> = {
  int2: ['-32768', '0', '7', '7', '32767'],
  int4: ['-2147483648', '0', '0', '5', '2147483647'],
  int8: ['-9223372036854775808', '9007199254740993', '9007199254740992', '9223372036854775807'],
  numeric: ['NaN', '-Infinity', 'Infinity', '1.10', '1.1', '-123456789012345678901234567890.123', '0'],
  'numeric(12, 2)': ['1.10', '0.01', '-5', '9999999999.99'],
  float4: ['NaN', '-Infinity', 'Infinity', '-0', '0', '0.1', '1e-38'],
  float8: ['NaN', 'NaN', '-Infinity', 'Infinity', '-0', '0', '0.1', '5e-324', '0.30000000000000004'],
  money: ['-12.50', '0', '1234567.89', '1234567.89'],
  boolean: ['true', 'false', 'true', 'false'],
  text: ['', 'a', 'B', 'Ä', 'ä', '🐘', 'a"b\\c', "it's", '{1,2}', '(1,2)', 'null', 'NULL'],
  'text collate "C"': ['a', 'B', 'b', 'Ä', ''],
  'text collate app_public.no_case': ['a', 'A', 'b', 'B', 'ä'],
  'public.citext': ['a', 'A', 'b', 'İ', ''],
  'varchar(10)': ['a', 'a ', 'b', ''],
  'char(4)': ['a', 'a ', 'ab', 'b'],
  '"char"': ['a', 'b', 'z'],
  name: ['a', 'b', 'b'],
  uuid: [
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  ],
  date: ['infinity', '-infinity', '2020-02-29', '0044-03-15 BC', '12345-01-01', '2020-02-29'],
  timestamp: [
    'infinity',
    '-infinity',
    '2020-01-01 00:00:00.000001',
    '2020-01-01',
    '0044-03-15 12:00 BC',
    '12345-01-01',
  ],
  timestamptz: [
    'infinity',
    '-infinity',
    '2020-01-01 00:00:00.123456+00',
    '2020-01-01 01:00:00.123456+01',
    '0044-03-15 BC',
    '2020-01-01 00:00:00.123457+00',
  ],
  time: ['00:00', '24:00', '23:59:59.999999', '12:00', '12:00'],
  timetz: ['12:00+00', '13:00+01', '12:00+00', '24:00+00', '23:59:59.999999-12'],
  interval: [
    '1 day',
    '24 hours',
    '1 mon',
    '30 days',
    '-1 year',
    '0',
    '1.000001 seconds',
    'infinity',
    '-infinity',
    '178000000 years',
  ],
  bytea: ['\\x', '\\x00', '\\xff', '\\x00ff'],
  'bit(3)': ['101', '000', '111', '101'],
  varbit: ['', '1', '101', '0', '10'],
  inet: ['10.0.0.1', '10.0.0.1/8', '::1', '10.0.0.2', '10.0.0.1/32'],
  cidr: ['10.0.0.0/8', '10.1.0.0/16', '::/0', '192.168.0.0/24'],
  macaddr: ['08:00:2b:01:02:03', 'ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00'],
  macaddr8: ['08:00:2b:01:02:03:04:05', 'ff:ff:ff:ff:ff:ff:ff:ff'],
  oid: ['0', '4294967295', '26'],
  regclass: ['pg_class', 'pg_type', 'app_public.users', 'pg_class'],
  pg_lsn: ['0/0', 'FFFFFFFF/FFFFFFFF', '16/B374D848'],
  jsonb: ['null', '1', '1.0', '"a"', '{"b": 1, "a": 2}', '[]', '[1, 2]', '{}', 'true'],
  'app_public.size': ['small', 'large', 'medium', 'small'],
  'app_public.sizes_domain': ['small', 'large', 'large'],
  'app_public.positive': ['1', '2', '1000'],
  'app_public.nested_domain': ['1', '2', '2'],
  'app_public.words': ['{a,b}', '{}', '{a}', '{a,b}'],
  'app_public.pair': ['(1,a)', '(,)', '(1,)', '(,a)', '(2,"x,y""z")'],
  'int4[]': ['{}', '{1}', '{1,NULL}', '{1,2}', '{{1,2},{3,4}}', '{NULL}'],
  'text[]': ['{}', '{"a,b"}', '{"NULL"}', '{NULL}', '{"a\\"b"}', '{a}'],
  'timestamptz[]': ['{infinity}', '{2020-01-01 00:00:00.000001+00}', '{}', '{NULL}'],
  'interval[]': ['{1 day}', '{24:00:00}', '{}', '{1 mon}'],
  'boolean[]': ['{t}', '{f}', '{t,NULL}'],
  int4range: ['empty', '[1,5)', '[1,)', '(,)', '(,5)', '[1,5)'],
  numrange: ['empty', '[1.0,1.10)', '[1,1.1)', '[1,1.1]', '(1,1.1)'],
  daterange: ['[2020-01-01,2020-02-01)', '[2020-01-01,infinity)', '(,2020-01-01)', 'empty'],
  tstzrange: ['[2020-01-01 00:00:00.000001+00,)', '(-infinity,infinity)', 'empty', '[2020-01-01 00:00+00,)'],
  tsvector: ['a:1 b:2', 'b', ''],
  xid8: ['1', '18446744073709551615', '2'],
};

/** Types without an order of their own. */
export const UNORDERED = [
  'json',
  'xml',
  'point',
  'box',
  'line',
  'lseg',
  'path',
  'polygon',
  'circle',
  'jsonpath',
];

export type Column = { name: string; type: string; values: string[] };

export const COLUMNS: Column[] = Object.entries(VALUES).map(([type, values], index) => ({
  name: `c${index}_${type.replaceAll(/\W+/g, '_').replaceAll(/^_|_$/g, '').toLowerCase()}`,
  type,
  values,
}));

const literal = (value: string | undefined) =>
  value === undefined ? 'null' : `'${value.replaceAll("'", "''")}'`;

/** An infinite interval, which PostgreSQL has since 17; before it, the longest. */
const infiniteInterval = (value: string) => `(case
  when current_setting('server_version_num')::int >= 170000 then '${value}'
  else '${value.replace('infinity', '178000000 years')}' end)::interval`;

const cell = ({ type, values }: Column, row: number): string => {
  const value = values[row % ROW_COUNT];
  return type === 'interval' && value?.endsWith('infinity') ? infiniteInterval(value) : literal(value);
};

/** Enough for every value, and for several nulls of every type; a prime, so that multiples of it order the rows anew. */
export const ROW_COUNT = 17;

/** A table with a column of each type, `things`. The rows' ids are in no order of the other columns. */
export const CREATE_THINGS = `
  create collation app_public.no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  create type app_public.size as enum ('small', 'medium', 'large');
  create domain app_public.sizes_domain as app_public.size;
  create domain app_public.positive as integer check (value > 0);
  create domain app_public.nested_domain as app_public.positive check (value < 10000);
  create domain app_public.words as text[];
  create type app_public.pair as (number integer, word text);
  create table app_public.things (
    id integer primary key,
    ${COLUMNS.map(({ name, type }) => `"${name}" ${type}`).join(',\n    ')},
    ${UNORDERED.map((type) => `"u_${type}" ${type}`).join(',\n    ')}
  );
  insert into app_public.things (id, ${COLUMNS.map(({ name }) => `"${name}"`).join(', ')}) values
    ${Array.from({ length: ROW_COUNT }, (_, row) => {
      const cells = COLUMNS.map((column, index) => cell(column, row * 5 + index));
      return `(${(row * 7) % ROW_COUNT}, ${cells.join(', ')})`;
    }).join(',\n    ')};
  ${COLUMNS.map(({ name }) => `create index on app_public.things ("${name}", id);\n  comment on column app_public.things."${name}" is '@behavior +orderBy';`).join('\n  ')}
  ${UNORDERED.map((type) => `comment on column app_public.things."u_${type}" is '@behavior +orderBy';`).join('\n  ')}
  alter table app_public.things enable row level security;
  create policy select_all on app_public.things for select to anonymous using (true);
  grant select on app_public.things to anonymous;
`;
