import type { DocumentNode, GraphQLError } from 'graphql';

/** How grafserv reads the text of a request; plugins wrap it. */
export type ParseAndValidate = (
  query: string,
) =>
  | { document: DocumentNode; errors?: undefined }
  | { document?: undefined; errors: readonly GraphQLError[] };
