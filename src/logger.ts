import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.ts';

export type { Logger };

/** In production lines are gathered to so many bytes, but not for longer than so many milliseconds. */
const GATHERED = { minLength: 4_096, periodicFlush: 500 };

/**
 * One JSON object a line, on standard output or on the given stream. Callers log names, ids and codes; never a
 * password, token or cookie.
 */
export function makeLogger(
  { logLevel, isProduction }: Pick<Config, 'logLevel' | 'isProduction'>,
  destination?: DestinationStream,
): Logger {
  const options = { level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, destination ?? (isProduction ? gatheringOutput() : pino.destination()));
}

/** Standard output in fewer and larger writes, each of which costs as much as a small query. */
function gatheringOutput(): DestinationStream {
  const output = pino.destination(GATHERED);
  process.on('exit', () => output.flushSync());
  return output;
}
