import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ExecutionResult, type GraphQLSchema, isEnumType, isInputObjectType } from 'graphql';
import { postgraphile } from 'postgraphile';
import type { PgSelectStep } from 'postgraphile/@dataplan/pg';
import { applyInput, context, type FieldArg, grafast, lambda, type Step } from 'postgraphile/grafast';
import { wrapPlans } from 'postgraphile/utils';
import { BusyClients } from '../../src/database/busy-clients.ts';
import { makeDeps } from '../../src/deps.ts';
import { makeWithPgClient } from '../../src/graphile/pg-adaptor.ts';
import { makePreset } from '../../src/graphile/preset.ts';
import { declarePure, isKnown } from '../../src/graphile/sql-memory/known-functions.ts';
import { makeLogger } from '../../src/logger.ts';
import { makePools, type Pools } from '../../src/pools.ts';
import { useServer } from '../helpers/server.ts';
import { testConfig } from '../helpers/test-config.ts';

const ENTRIES = `
  create table app_public.sql_entries (
    id integer primary key,
    user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
    title text not null
  );
  create index on app_public.sql_entries (user_id);
  create index on app_public.sql_entries (title);
  alter table app_public.sql_entries enable row level security;
  create policy own_rows on app_public.sql_entries for select to webuser
    using (user_id = (select app_public.current_user_id()));
  grant select on app_public.sql_entries to webuser;
`;

/** What a plugin may look at beside its argument; a test moves it. */
let clock = 0;

type Builder = { alias: unknown; where(condition: unknown): void; orderBy(order: object): void };
type Connection = Step & { getSubplan(): PgSelectStep };
type Build = GraphileBuild.Build;

const idAbove = (build: Build, builder: Builder, n: number) =>
  builder.where(build.sql`${builder.alias as never}.id > ${build.sql.literal(n)}`);
const idBelow = (build: Build, builder: Builder, n: number) =>
  builder.where(build.sql`${builder.alias as never}.id < ${build.sql.literal(n)}`);
const wantsAbove = () =>
  lambda(
    context().get('pgSettings' as never),
    (settings) => (settings as unknown as { above: boolean }).above,
  );

/** Everything that a plugin can add to a list whose SQL is not decided by the arguments alone. */
const AdversarialPlugin: GraphileConfig.Plugin = {
  name: 'AdversarialPlugin',
  version: '0.0.0',
  schema: {
    hooks: {
      init(_, build) {
        const { GraphQLInt } = build.graphql;
        for (const name of ['Above', 'Below', 'PureAbove', 'PureBelow', 'Scoped'])
          build.registerInputObjectType(
            name,
            {},
            () => {
              const compare = name.endsWith('Below') ? idBelow : idAbove;
              const pure = declarePure((builder: Builder, n: number) => compare(build, builder, n));
              const apply = (builder: Builder, n: number) => compare(build, builder, n + clock);
              // Declared, so that it is the scope alone that nothing may be remembered for.
              const scoped = declarePure((builder: Builder, n: number, { scope }: { scope: unknown }) =>
                compare(build, builder, n + (scope ? 1 : 0)),
              );
              return {
                fields: {
                  n: {
                    type: GraphQLInt,
                    apply: (name === 'Scoped' ? scoped : name.startsWith('Pure') ? pure : apply) as never,
                  },
                },
                extensions: name === 'Scoped' ? { grafast: { applyScope: wantsAbove } } : {},
              } as never;
            },
            'a test',
          );
        build.addConnectionFilterOperator('String', 'startsWithClock', {
          description: 'A custom operator.',
          resolve: (i, _v, input) =>
            build.sql`${i} = ${build.sql.literal(`entry ${input === 'now' ? clock + 1 : 0}`)}`,
        });
        return _;
      },
      GraphQLEnumType_values(values, build, { Self }) {
        if (Self.name !== 'SqlEntryOrderBy') return values;
        const direction = () => (clock % 2 ? 'ASC' : 'DESC');
        const apply = (builder: Builder) => builder.orderBy({ attribute: 'id', direction: direction() });
        return build.extend(values, { BY_CLOCK: { extensions: { grafast: { apply } } } }, 'a test');
      },
      GraphQLInputObjectType_fields(fields, build, { Self }) {
        if (Self.name !== 'SqlEntryFilter') return fields;
        const apply = (builder: Builder, n: number) => idAbove(build, builder, n + clock);
        return build.extend(
          fields,
          { afterClock: { type: build.graphql.GraphQLInt, apply } as never },
          'a test',
        );
      },
      GraphQLObjectType_fields_field_args(args, build, { scope, Self }) {
        if (Self.name !== 'Query' || scope.fieldName !== 'sqlEntries') return args;
        const select = ($connection: Step) => ($connection as Connection).getSubplan();
        const input = (name: string, value: FieldArg) =>
          applyInput(build.getInputTypeByName(name) as never, value.getRaw() as never);
        const direct = (name: string, type = name) => ({
          type: build.getInputTypeByName(type),
          applyPlan: (_: Step, $connection: Step, value: FieldArg) =>
            select($connection).apply(input(name, value) as never),
        });
        /** One of two functions that were made of the same value, by who asks. */
        const either = (above: string, below: string) => ({
          type: build.getInputTypeByName(above),
          applyPlan: (_: Step, $connection: Step, value: FieldArg) =>
            select($connection).apply(
              lambda(
                [wantsAbove(), input(above, value), input(below, value)] as never,
                ([isAbove, one, other]: readonly unknown[]) => (isAbove ? one : other),
              ) as never,
            ),
        });
        return build.extend(
          args,
          {
            above: direct('Above'),
            below: direct('Below'),
            pureAbove: direct('PureAbove'),
            pureBelow: direct('PureBelow', 'PureAbove'),
            scoped: direct('Scoped'),
            either: either('Above', 'Below'),
            pureEither: either('PureAbove', 'PureBelow'),
            target: {
              type: build.getInputTypeByName('PureAbove'),
              applyPlan: (_: Step, $connection: Step, value: FieldArg) =>
                value.apply(
                  select($connection) as never,
                  ((builder: Builder) => {
                    idAbove(build, builder, clock);
                    return builder;
                  }) as never,
                ),
            },
            mine: {
              type: build.graphql.GraphQLInt,
              applyPlan: (_: Step, $connection: Step, value: FieldArg) =>
                select($connection).apply(
                  lambda(
                    [wantsAbove(), value.getRaw()] as never,
                    ([isAbove, n]: readonly unknown[]) =>
                      (builder: Builder) =>
                        (isAbove ? idAbove : idBelow)(build, builder, n as number),
                  ) as never,
                ),
            },
          } as never,
          'a test',
        );
      },
    },
  },
};

/** Adds a condition of its own to each list, by the clock and by who asks. */
const WrapPlugin = wrapPlans(
  (fieldContext, build) => (fieldContext.scope.fieldName === 'sqlEntries' ? { build } : null),
  ({ build }) =>
    (plan) => {
      const $connection = plan() as Connection;
      $connection
        .getSubplan()
        .apply(
          lambda(
            wantsAbove(),
            (isAbove) => (builder: Builder) => idBelow(build, builder, isAbove ? 90 : 89 - clock),
          ) as never,
        );
      return $connection;
    },
);

type User = { sessionId: string; above: boolean };
type Instance = {
  schema: GraphQLSchema;
  resolvedPreset: GraphileConfig.ResolvedPreset;
  release(): Promise<void>;
};

describe('the SQL of a plan with functions of plugins', () => {
  const server = useServer({}, { sqlAsOwner: ENTRIES });
  let pools: Pools;
  let users: User[];
  const instances: Record<string, Instance> = {};
  const releases: (() => unknown)[] = [];

  beforeAll(async () => {
    pools = makePools(server.database.authenticator, makeLogger(testConfig()));
    users = [];
    for (const above of [true, false]) {
      const { id, sessionId } = await server.client().register();
      users.push({ sessionId, above });
      await server.sql(
        `insert into app_public.sql_entries (id, user_id, title)
         select n * 2 + $2, $1, 'entry ' || n from generate_series(0, 40) n`,
        [id, above ? 0 : 1],
      );
    }
    const config = testConfig();
    const build = async (plugins: GraphileConfig.Plugin[], isOff: boolean) => {
      const deps = makeDeps({ config, logger: makeLogger(config), pools });
      const instance = postgraphile({
        extends: [makePreset(deps)],
        plugins,
        disablePlugins: isOff ? ['RememberSqlPlugin'] : [],
      });
      const { schema, resolvedPreset } = await instance.getSchemaResult();
      releases.push(
        () => instance.release(),
        () => deps.release(),
      );
      return { schema, resolvedPreset } as Instance;
    };
    for (const isOff of [true, false]) {
      const name = isOff ? 'off' : 'on';
      instances[name] = await build([AdversarialPlugin], isOff);
      instances[`wrapped ${name}`] = await build([AdversarialPlugin, WrapPlugin], isOff);
    }
    instances.stock = await build([], false);
  }, 60_000);
  afterAll(async () => {
    for (const release of releases) await release();
    await pools.end();
  });

  async function ask(name: string, { sessionId, above }: User, source: string, variables: object) {
    const { schema, resolvedPreset } = instances[name] as Instance;
    const pgSettings = { 'app.session_id': sessionId, 'app.request': '{}', above };
    const withPgClient = makeWithPgClient({
      pool: pools.data,
      primary: undefined,
      isReadOnly: true,
      preparesStatements: true,
      busy: new BusyClients(),
      span: undefined,
      onSessionResolved: () => {},
      onSessionRefused: () => {},
      onWritten: () => {},
    });
    const result = (await grafast({
      schema,
      source,
      variableValues: variables as Record<string, unknown>,
      resolvedPreset,
      contextValue: { pgSettings, withPgClient } as unknown as Grafast.Context,
    })) as ExecutionResult;
    expect(result.errors).toBeUndefined();
    return JSON.stringify(result.data);
  }

  const list = (args: string) => `sqlEntries(first: 7, ${args}) { nodes { rowId } totalCount }`;
  it.each<[string, string, object]>([
    [
      'an order by the clock',
      `query ($v: [SqlEntryOrderBy!]) { ${list('orderBy: $v')} }`,
      { v: ['BY_CLOCK'] },
    ],
    [
      'an order by the clock behind another',
      `query ($v: [SqlEntryOrderBy!]) { ${list('orderBy: $v')} }`,
      { v: ['BY_CLOCK', 'TITLE_ASC'] },
    ],
    [
      'a filter by the clock',
      `query ($v: SqlEntryFilter) { ${list('filter: $v')} }`,
      { v: { afterClock: 3 } },
    ],
    [
      'a filter by the clock, deep in others',
      `query ($v: SqlEntryFilter) { ${list('filter: $v')} }`,
      { v: { or: [{ rowId: { equalTo: 40 } }, { not: { afterClock: 3 } }] } },
    ],
    [
      'a custom operator',
      `query ($v: SqlEntryFilter) { ${list('filter: $v')} }`,
      { v: { title: { startsWithClock: 'now' } } },
    ],
    ['an input by the clock', `query ($v: Above) { ${list('above: $v')} }`, { v: { n: 5 } }],
    ['a function chosen by who asks', `query ($v: Above) { ${list('either: $v')} }`, { v: { n: 12 } }],
    [
      'a pure function chosen by who asks, of two with equal values',
      `query ($v: PureAbove) { a: ${list('pureAbove: $v')} b: ${list('pureBelow: $v')} c: ${list('pureEither: $v')} }`,
      { v: { n: 12 } },
    ],
    ['a scope', `query ($v: Scoped) { ${list('scoped: $v')} }`, { v: { n: 6 } }],
    ['a target by the clock', `query ($v: PureAbove) { ${list('target: $v')} }`, { v: { n: 2 } }],
    ['a function made for who asks', `query ($v: Int) { ${list('mine: $v')} }`, { v: 12 }],
  ])('cannot be another request’s: %s', async (_, source, variables) => {
    for (const wrapped of ['', 'wrapped ']) {
      const answers = new Set<string>();
      for (const now of [0, 5, 0, 1, 5]) {
        clock = now;
        for (const user of [...users, ...users]) {
          const expected = await ask(`${wrapped}off`, user, source, variables);
          answers.add(expected);
          expect(await ask(`${wrapped}on`, user, source, variables)).toBe(expected);
        }
      }
      // Or there was nothing to be mistaken.
      expect(answers.size).toBeGreaterThan(1);
    }
  });

  it('can be used again where no function of a plugin has a part, and where one is declared pure', async () => {
    const { PgSelectStep } = await import('postgraphile/@dataplan/pg');
    const { jest } = await import('@jest/globals');
    const built = jest.spyOn(PgSelectStep as unknown as { getStaticInfo(): unknown }, 'getStaticInfo');
    const [user] = users as [User];
    for (const [source, variables] of [
      [`query ($v: SqlEntryFilter) { ${list('filter: $v')} }`, { v: { rowId: { lessThan: 9 } } }],
      [`query ($v: [SqlEntryOrderBy!]) { ${list('orderBy: $v')} }`, { v: ['TITLE_DESC'] }],
      [`query ($v: PureAbove) { ${list('pureAbove: $v')} }`, { v: { n: 3 } }],
    ] as const) {
      await ask('on', user, source, variables);
      built.mockClear();
      await ask('on', user, source, variables);
      expect(built).not.toHaveBeenCalled();
    }
    built.mockRestore();
  });

  it('can be that of every function of PostGraphile’s own', () => {
    const unknown: string[] = [];
    let count = 0;
    for (const type of Object.values((instances.stock as Instance).schema.getTypeMap())) {
      // Of mutations, whose SQL is never remembered.
      if (/(Input|Patch)$/.test(type.name)) continue;
      const holders = isInputObjectType(type)
        ? Object.values(type.getFields())
        : isEnumType(type)
          ? type.getValues()
          : [];
      for (const { name, extensions } of holders) {
        const apply = (extensions as { grafast?: { apply?: () => void } }).grafast?.apply;
        if (apply) count++;
        if (apply && !isKnown(apply)) unknown.push(`${type.name}.${name}`);
      }
    }
    expect(unknown).toEqual([]);
    expect(count).toBeGreaterThan(100);
  });
});

describe('a function', () => {
  it('cannot be known by its name or its shape alone', () => {
    const known = declarePure(() => {});
    expect(isKnown(known)).toBe(true);
    for (const other of [
      () => {},
      known.bind(null),
      Date.now,
      Object.assign((builder: Builder) => builder.orderBy({}), { $exporter$args: [] }),
    ])
      expect(isKnown(other)).toBe(false);
  });
});
