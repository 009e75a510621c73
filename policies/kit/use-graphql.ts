import { afterAll, beforeAll } from '@jest/globals';
import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import type pg from 'pg';
import { postgraphile } from 'postgraphile';
import type { PgClientQuery } from 'postgraphile/@dataplan/pg';
import { grafast } from 'postgraphile/grafast';
import { makeDeps } from '../../src/deps.ts';
import { makePreset } from '../../src/graphile/preset.ts';
import { makeLogger } from '../../src/logger.ts';
import { makePools } from '../../src/pools.ts';
import { testConfig } from '../../test/helpers/test-config.ts';
import { type Actor, becomeSession } from './actor.ts';
import type { TestTransaction } from './test-transaction.ts';
import type { KitDatabase } from './use-database.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a test asks for is what it gets
type Data = any;
export type GraphqlResult = {
  data: Data;
  errors: readonly GraphQLError[] | undefined;
  /** The code of the first error. */
  code: string | undefined;
};

/**
 * Runs GraphQL documents as somebody, in this process, through the project's own preset and inside the running
 * test's transaction: what SQL has prepared is seen, and everything is rolled back after the test. Cookies, limits and
 * HTTP statuses are not part of it. The schema is built once for the test file, in about a second.
 */
export function useGraphql(db: KitDatabase) {
  let schema: GraphQLSchema;
  let resolvedPreset: GraphileConfig.ResolvedPreset;
  let release: () => Promise<void>;

  beforeAll(async () => {
    const config = testConfig();
    const logger = makeLogger(config);
    const pools = makePools(db.database.authenticator, logger);
    const deps = makeDeps({ config, logger, pools });
    const instance = postgraphile(makePreset(deps));
    release = async () => {
      await instance.release();
      await deps.release();
      await pools.end();
    };
    ({ schema, resolvedPreset } = await instance.getSchemaResult());
  });
  afterAll(() => release?.());

  /** Runs a document as a user, or as `db.anonymous`. */
  return async (
    actor: Actor & { sessionId?: string },
    source: string,
    variableValues: Record<string, unknown> = {},
  ): Promise<GraphqlResult> => {
    const contextValue = makeContext(db.transaction, actor.sessionId);
    const result = await grafast({ schema, source, variableValues, resolvedPreset, contextValue });
    if (Symbol.asyncIterator in result)
      throw new Error('Subscriptions cannot run inside a test transaction.');
    const { maskError } = resolvedPreset.grafserv ?? {};
    const errors = (result as ExecutionResult).errors?.map((error) =>
      maskError ? (maskError(error) as GraphQLError) : error,
    );
    return { data: result.data, errors, code: errors?.[0]?.extensions.code as string | undefined };
  };
}

/** What plans find in `context()`, with the test's transaction for every transaction of the operation. */
function makeContext(transaction: TestTransaction, sessionId: string | undefined): Grafast.Context {
  const pgSettings = { 'app.session_id': sessionId };
  const withPgClient = <T>(
    settings: typeof pgSettings,
    callback: (client: ReturnType<typeof makeClient>) => Promise<T>,
  ) =>
    transaction.as(becomeSession(settings['app.session_id'] ?? null), (client) =>
      callback(makeClient(client)),
    );
  return {
    pgSettings,
    withPgClient,
    isTokenMode: false,
    requireCookies: () => {},
    startSession: async (started: string) => {
      pgSettings['app.session_id'] = started;
    },
    endSession: async () => {
      pgSettings['app.session_id'] = undefined;
    },
  } as unknown as Grafast.Context;
}

function makeClient(rawClient: pg.Client) {
  return {
    rawClient,
    query: ({ text, values, arrayMode }: PgClientQuery) =>
      rawClient.query({ text, values: values as unknown[], ...(arrayMode ? { rowMode: 'array' } : {}) }),
    withTransaction: async <T>(callback: (client: unknown) => Promise<T>): Promise<T> => {
      await rawClient.query('savepoint rowgate');
      try {
        const result = await callback(makeClient(rawClient));
        await rawClient.query('release savepoint rowgate');
        return result;
      } catch (error) {
        await rawClient.query('rollback to savepoint rowgate');
        throw error;
      }
    },
  };
}
