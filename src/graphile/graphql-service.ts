import { type ExpressGrafserv, grafserv } from 'postgraphile/grafserv/express/v4';
import { type LiveSchema, makeLiveSchema, type SchemaNews } from './live-schema.ts';

/** What answers GraphQL requests, and the schema by which it does. */
export type GraphqlService = {
  serv: ExpressGrafserv;
  schema: LiveSchema;
  release(): Promise<void>;
};

/** Makes it. It can be mounted at once; requests can be answered when `schema.current` is not null. */
export function makeGraphqlService(
  preset: GraphileConfig.Preset,
  options: { watch: boolean; news: SchemaNews },
): GraphqlService {
  const schema = makeLiveSchema(preset, { watch: options.watch, ...options.news }, (next) =>
    serv.setSchema(next),
  );
  const serv = grafserv({ preset, schema: schema.ready() });
  return {
    serv,
    schema,
    async release() {
      schema.stop();
      await serv.release();
      // With `watch` it holds a connection of the pool, which could not end before this gives it back.
      for (const service of preset.pgServices ?? []) await service.release?.();
    },
  };
}
