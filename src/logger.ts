import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

export type { Logger };

/** One JSON object a line, on standard output. Callers log names, ids and codes; never a password, token or cookie. */
export function makeLogger(config: Pick<Config, 'logLevel'>): Logger {
  return pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
