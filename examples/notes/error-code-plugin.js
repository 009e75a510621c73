/** Generates the type of all error codes: no document names them, so the preset leaves them out. */
export const plugin = (schema) => {
  const codes = schema.getType('ErrorCode').getValues();
  return `/** Every code of an error that a client can meet. */
export type ErrorCode =
${codes.map(({ name }) => `  | '${name}'`).join('\n')};
`;
};
