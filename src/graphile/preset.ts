import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';
import type { Deps } from '../deps.ts';
import { noticed } from '../terminal.ts';
import { loadTrustedDocuments } from '../trusted-documents/load-trusted-documents.ts';
import { InputFields } from './input-fields.ts';
import { makeMaskError } from './mask-error.ts';
import { makeAnswerSizePlugin } from './plugins/answer-size.ts';
import { makeApiNamesPlugin } from './plugins/api-names.ts';
import { AsciiDomainsPlugin } from './plugins/ascii-domains.ts';
import { BoundedPlansPlugin } from './plugins/bounded-plans.ts';
import { CurrentUserUpdatedPlugin } from './plugins/current-user-updated.ts';
import { makeCursorsPlugin } from './plugins/cursors.ts';
import { ErrorCodeEnumPlugin } from './plugins/error-code-enum.ts';
import { GraphiqlPlugin } from './plugins/graphiql.ts';
import { JsonErrorsPlugin } from './plugins/json-errors.ts';
import { NoHttpSubscriptionsPlugin } from './plugins/no-http-subscriptions.ts';
import { NoIntrospectionPlugin } from './plugins/no-introspection.ts';
import { NodeIdsPlugin } from './plugins/node-ids.ts';
import { SentValues } from './plugins/note-sent-values.ts';
import { makeObserveOperationsPlugin } from './plugins/observe-operations.ts';
import { OneWritePlugin } from './plugins/one-write.ts';
import { makePageSizePlugin } from './plugins/page-size.ts';
import { PersistedQueriesPlugin } from './plugins/persisted-queries.ts';
import { makeQueryLimitsPlugin } from './plugins/query-limits.ts';
import { makeRateLimitsPlugin } from './plugins/rate-limits.ts';
import { makeRememberSqlPlugin } from './plugins/remember-sql.ts';
import { SessionMutationsPlugin } from './plugins/session-mutations.ts';
import { SingleStatementsPlugin } from './plugins/single-statements.ts';
import { makeTokenMutationsPlugin } from './plugins/token-mutations.ts';
import { makeTrustedDocumentsPlugin } from './plugins/trusted-documents.ts';
import { UpdateNotFoundPlugin } from './plugins/update-not-found.ts';
import { WellFormedInputPlugin } from './plugins/well-formed-input.ts';
import { makeWorkLimitsPlugin } from './plugins/work-limits.ts';
import { makeRequestContext } from './request-context.ts';

/** Of the database, those that the API shows. */
const SCHEMAS = ['app_public'];

/**
 * How PostgreSQL becomes GraphQL. The schema is introspected as `authenticator`, so it holds what the web roles can
 * reach and nothing else; grants and policies are the only permissions.
 */
export function makePreset(deps: Deps, { watch = false } = {}): GraphileConfig.Preset {
  const { config, pools, logger } = deps;
  const { isProduction } = config;
  const inputFields = new InputFields();
  const sentValues = new SentValues();
  return {
    extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PostGraphileConnectionFilterPreset],
    plugins: [
      AsciiDomainsPlugin,
      makeApiNamesPlugin(SCHEMAS, watch ? noticed : (message) => logger.warn(message)),
      SessionMutationsPlugin,
      makeTokenMutationsPlugin(deps),
      CurrentUserUpdatedPlugin,
      UpdateNotFoundPlugin,
      NodeIdsPlugin,
      inputFields.plugin(),
      ...(isProduction ? [] : [sentValues.plugin()]),
      makeObserveOperationsPlugin(deps),
      ErrorCodeEnumPlugin,
      makeCursorsPlugin(config.session.secrets),
      makePageSizePlugin(config.queryLimits),
      makeAnswerSizePlugin(config.queryLimits),
      JsonErrorsPlugin,
      OneWritePlugin,
      SingleStatementsPlugin,
      makeRememberSqlPlugin(),
      BoundedPlansPlugin,
      WellFormedInputPlugin,
      ...(config.trustedDocuments
        ? [makeTrustedDocumentsPlugin(loadTrustedDocuments(config.trustedDocuments), config)]
        : [PersistedQueriesPlugin]),
      makeQueryLimitsPlugin(deps.readDocument),
      makeRateLimitsPlugin(deps),
      makeWorkLimitsPlugin(deps),
      NoHttpSubscriptionsPlugin,
      config.isProduction ? NoIntrospectionPlugin : GraphiqlPlugin,
    ],
    pgServices: [makePgService({ pool: pools.data, schemas: [...SCHEMAS], pubsub: watch })],
    gather: {
      // An argument without a default is required.
      pgStrictFunctions: true,
      // The migrations notify us themselves, so watching needs no superuser.
      installWatchFixtures: false,
    },
    grafast: { context: makeRequestContext(deps), explain: false },
    grafserv: {
      watch,
      graphqlPath: '/graphql',
      graphiql: !config.isProduction,
      graphiqlPath: '/graphiql',
      graphiqlOnGraphQLGET: false,
      graphqlOverGET: false,
      websockets: false,
      maxRequestLength: config.maxRequestLength,
      // The query limits remember what was parsed, by how large it is.
      parseAndValidateCacheSize: 0,
      allowedRequestContentTypes: ['application/json'],
      maskError: makeMaskError({
        logger,
        isProduction,
        inputFields,
        sentWith: (error) => sentValues.with(error),
      }),
    },
  };
}
