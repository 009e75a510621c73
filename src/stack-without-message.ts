/**
 * Where an error was thrown, without its message, which may quote a value. The message is found by its place: its lines may
 * look like those of a stack.
 *
 * @param error what was thrown, which need not be an error
 */
export function stackWithoutMessage(error: unknown): string {
  const { name = 'Error', message = '', stack = '' } = (error ?? {}) as Partial<Error>;
  const at = String(stack).indexOf(message);
  const lines =
    at === -1
      ? []
      : String(stack)
          .slice(at + message.length)
          .split('\n');
  return [name, ...lines.filter((line) => /^\s+at /.test(line))].join('\n');
}
