import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaPatiently, SchemaContentError } from './build-schema.ts';

/** Where migrations/actions/notify-watchers.sql notifies after each change of `current.sql`. */
const CHANNEL = 'postgraphile_watch';
/** Milliseconds before listening again after the connection was lost. */
const PAUSE = 1_000;

export type SchemaNews = {
  /** A failure that may pass. */
  say(message: string): void;
  /** The schema is built again after a failure. */
  done(message: string): void;
  /** What the database holds cannot be exposed; the server waits for a change. */
  failed(message: string): void;
};

export type LiveSchema = {
  /** Null until the first schema is built. */
  readonly current: GraphQLSchema | null;
  /** Resolves with the first schema. Rejects when no change of the schema can help, as when the login is refused. */
  ready(): Promise<GraphQLSchema>;
  stop(): void;
};

/**
 * Builds the GraphQL schema, and with `watch` again at each change of the database. A schema that cannot be built leaves the
 * last good one in use; without one, and without `watch`, `ready` rejects.
 *
 * @param onSchema is given each new schema
 */
export function makeLiveSchema(
  preset: GraphileConfig.Preset,
  { watch, say, done, failed }: { watch: boolean } & SchemaNews,
  onSchema: (schema: GraphQLSchema) => void,
): LiveSchema {
  const stopping = new AbortController();
  const { signal } = stopping;
  const first = Promise.withResolvers<GraphQLSchema>();
  first.promise.catch(() => {}); // said by whoever waits for it
  let current: GraphQLSchema | null = null;
  let hasFailed = false;
  let isBuilding = false;
  let isOutdated = false;

  async function build(): Promise<void> {
    isOutdated = true;
    if (isBuilding) return;
    isBuilding = true;
    while (isOutdated && !signal.aborted) {
      isOutdated = false;
      await buildSchemaPatiently(preset, { say, signal }).then(succeed, fail);
    }
    isBuilding = false;
  }

  function succeed(schema: GraphQLSchema): void {
    if (signal.aborted) return;
    current = schema;
    onSchema(schema);
    first.resolve(schema);
    if (hasFailed) done('The GraphQL schema can be built again.');
    hasFailed = false;
  }

  function fail(error: Error): void {
    const canBeCorrected = watch && (current !== null || error instanceof SchemaContentError);
    if (signal.aborted || !canBeCorrected) {
      first.reject(error);
      return;
    }
    hasFailed = true;
    const meanwhile = current
      ? 'The last good schema stays in use.'
      : 'No request can be answered before that.';
    failed(`${error.message}\n  ${meanwhile}`);
  }

  async function followDatabase(): Promise<void> {
    const subscriber = preset.pgServices?.[0]?.pgSubscriber;
    if (!subscriber) throw new Error('Watching needs a pgService with a subscriber.');
    while (!signal.aborted) {
      try {
        const events = await subscriber.subscribe(CHANNEL as never);
        const end = () => void events.return?.();
        signal.addEventListener('abort', end);
        for await (const _ of events) void build();
        signal.removeEventListener('abort', end);
      } catch (error) {
        if (signal.aborted) return;
        say(`Changes of the database are not noticed at the moment (${(error as Error).message})`);
      }
      await delay(PAUSE, undefined, { signal }).catch(() => {});
      // Something may have changed meanwhile.
      if (!signal.aborted) void build();
    }
  }

  if (watch) void followDatabase();
  void build();
  return {
    get current() {
      return current;
    },
    ready: () => first.promise,
    stop: () => stopping.abort(),
  };
}
