const QUERY = 'Q'.charCodeAt(0);
const EXECUTE = 'E'.charCodeAt(0);
/** Length and protocol version or request code: a start-up message has no type. */
const HEADER = 5;

/** Counts the statements in what a client of PostgreSQL sends on one connection, however it is cut into pieces. */
export function makeStatementCounter(): (chunk: Buffer) => number {
  let rest: Buffer = Buffer.alloc(0);
  let isStarted = false;

  return (chunk) => {
    let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let statements = 0;
    while (data.length >= HEADER) {
      const length = isStarted ? 1 + data.readInt32BE(1) : data.readInt32BE(0);
      if (data.length < length) break;
      if (isStarted && (data[0] === QUERY || data[0] === EXECUTE)) statements += 1;
      isStarted = true;
      data = data.subarray(length);
    }
    rest = data;
    return statements;
  };
}
