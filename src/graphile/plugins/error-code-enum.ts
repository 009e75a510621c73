import { ERROR_CODES } from '../error-codes.ts';

/** Adds the enum `ErrorCode`, so that a client's generated types know every code it can meet. */
export const ErrorCodeEnumPlugin: GraphileConfig.Plugin = {
  name: 'ErrorCodeEnumPlugin',
  version: '1.0.0',
  schema: {
    hooks: {
      init(init, build) {
        build.registerEnumType(
          'ErrorCode',
          {},
          () => ({
            description: 'What `extensions.code` of an error can be.',
            values: Object.fromEntries(
              Object.entries(ERROR_CODES).map(([code, { message }]) => [code, { description: message }]),
            ),
          }),
          'ErrorCodeEnumPlugin',
        );
        return init;
      },
      // No field has this type, so the schema has to be told of it.
      GraphQLSchema: (schema, build) => ({
        ...schema,
        types: [...(schema.types ?? []), build.getTypeByName('ErrorCode') as never],
      }),
    },
  },
};
