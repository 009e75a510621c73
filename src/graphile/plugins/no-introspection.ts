import { type ExecutionResult, GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';

/** Keeps the schema from those who do not have it: no introspection, and no `Did you mean …?` in errors. */
export const NoIntrospectionPlugin: GraphileConfig.Plugin = {
  name: 'NoIntrospectionPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      setPreset(next, event) {
        event.validationRules = [...event.validationRules, NoSchemaIntrospectionCustomRule];
        const { getExecutionConfig } = event;
        event.getExecutionConfig = async function (requestContext) {
          const config = await getExecutionConfig.call(this, requestContext);
          return {
            ...config,
            parseAndValidate: (query) => withoutSuggestions(config.parseAndValidate(query)),
            execute: async (args) => withoutSuggestions((await config.execute(args)) as ExecutionResult),
          };
        };
        return next();
      },
    },
  },
};

function withoutSuggestions<T extends { errors?: readonly GraphQLError[] }>(result: T): T {
  if (result.errors === undefined) return result;
  return { ...result, errors: result.errors.map(withoutSuggestion) };
}

function withoutSuggestion(error: GraphQLError): GraphQLError {
  const [message] = error.message.split(' Did you mean ') as [string];
  return message === error.message ? error : new GraphQLError(message, error);
}
