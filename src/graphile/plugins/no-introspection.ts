import { type ExecutionResult, GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import { wrapExecution } from '../wrap-execution.ts';

/** Keeps the schema from those who do not have it: no introspection, and no `Did you mean …?` in errors. */
export const NoIntrospectionPlugin: GraphileConfig.Plugin = {
  name: 'NoIntrospectionPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      setPreset(next, event) {
        event.validationRules = [...event.validationRules, NoSchemaIntrospectionCustomRule];
        wrapExecution(event, {
          parseAndValidate: (inner) => (query) => withoutSuggestions(inner(query)),
          execute: (inner) => async (args) => withoutSuggestions((await inner(args)) as ExecutionResult),
        });
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
