/** A destination for a logger that keeps its lines. */
export function logLines() {
  let text = '';
  return {
    write(line: string): void {
      text += line;
    },
    /** All lines so far, as one text. */
    get text() {
      return text;
    },
    /** The messages so far. */
    get messages(): string[] {
      return text
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).msg);
    },
  };
}
