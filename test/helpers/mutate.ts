import type { GraphqlAnswer, HttpClient } from './http-client.ts';

/** Calls one mutation, with its input as a variable. @param selection of the payload */
export function mutate(
  client: HttpClient,
  name: string,
  input: Record<string, unknown> = {},
  selection = 'result',
): Promise<GraphqlAnswer> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return client.graphql(`mutation Mutate($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, {
    input,
  });
}
