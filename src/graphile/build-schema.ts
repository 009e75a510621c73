import { setTimeout as delay } from 'node:timers/promises';
import { resolvePreset } from 'graphile-config';
import type { GraphQLSchema } from 'graphql';
import pg from 'pg';
import { buildInflection, buildSchema, gather } from 'postgraphile/graphile-build';

import { StartError } from '../errors.ts';
import { describeSchemaFailure } from './describe-schema-failure.ts';
import { toCodedError } from './to-coded-error.ts';

/** Milliseconds before the first further attempt; doubled for each after that. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/** What PostgreSQL says when an object is dropped or changed while its catalog is read. */
const CHANGED_MEANWHILE = /cache lookup failed|could not open relation|tuple concurrently (updated|deleted)/;

/** The schema cannot be built from what the database holds; the message names the object. */
export class SchemaContentError extends StartError {}

/**
 * Reads the database and builds the GraphQL schema, once.
 *
 * @throws SchemaContentError `SCHEMA_INVALID` when what the database holds cannot be exposed
 * @throws StartError `DATABASE_REFUSED` when the database does not let the server read its catalog
 * @throws what the driver says, for a failure that may pass
 */
export async function buildSchemaOnce(preset: GraphileConfig.Preset): Promise<GraphQLSchema> {
  const resolved = resolvePreset(preset);
  const inflection = buildInflection(resolved);
  let input: GraphileBuild.BuildInput | undefined;
  try {
    input = await gather(resolved, { inflection });
    return buildSchema(resolved, input, { inflection });
  } catch (error) {
    if (isTemporary(error)) throw error;
    if (error instanceof pg.DatabaseError)
      throw new StartError(
        'DATABASE_REFUSED',
        `The GraphQL schema cannot be built, because PostgreSQL refuses to show its catalog: ${error.message}. Check DATABASE_URL, and run npm run db:setup if its role does not exist yet.`,
      );
    throw new SchemaContentError('SCHEMA_INVALID', describeSchemaFailure(error as Error, input, inflection), {
      cause: error,
    });
  }
}

/**
 * Builds the GraphQL schema. A failure that may pass, such as a lock that outlasts `lock_timeout`, is said, and the build is
 * tried again until it works.
 *
 * @param signal ends the attempts
 * @throws StartError as `buildSchemaOnce`
 */
export async function buildSchemaPatiently(
  preset: GraphileConfig.Preset,
  { say, signal }: { say: (message: string) => void; signal: AbortSignal },
): Promise<GraphQLSchema> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      return await buildSchemaOnce(preset);
    } catch (error) {
      if (signal.aborted || !isTemporary(error)) throw error;
      const reason = (error as Error).message || (error as NodeJS.ErrnoException).code;
      say(`The GraphQL schema cannot be built at the moment (${reason}); next attempt in ${pause / 1000} s`);
      await delay(pause, undefined, { signal });
    }
  }
}

/** Whether the same build can succeed a moment later. */
function isTemporary(error: unknown): boolean {
  const code = toCodedError(error)?.code;
  if (code === 'TIMEOUT' || code === 'UNAVAILABLE') return true;
  return error instanceof pg.DatabaseError && CHANGED_MEANWHILE.test(error.message);
}
