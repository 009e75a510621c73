import pg from 'pg';

/** What PostgreSQL has against a statement: code, message, the place, and what else it says. */
export function describeFailure(error: unknown, statement: string): string {
  if (!(error instanceof pg.DatabaseError)) return (error as Error).message;
  const { code, message, detail, hint, position, where } = error;
  return [
    `${error.severity ?? 'ERROR'} ${code}: ${message}`,
    ...(position ? [point(statement, Number(position) - 1)] : []),
    ...(detail ? [`detail: ${detail}`] : []),
    ...(hint ? [`hint: ${hint}`] : []),
    ...(where ? [`where: ${where}`] : []),
  ].join('\n');
}

/** The line with a mark below the place. @param offset in characters, as PostgreSQL counts them */
function point(statement: string, offset: number): string {
  const before = [...statement].slice(0, offset).join('').split('\n');
  const line = statement.split('\n')[before.length - 1] ?? '';
  const place = before.length > 1 || statement.includes('\n') ? `line ${before.length}: ` : '';
  return `${place}${line}\n${' '.repeat(place.length + [...before.at(-1)!].length)}^`;
}
