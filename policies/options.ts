import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { bold } from '../src/terminal.ts';

/** Options as node:util's parseArgs takes them, each with a line of help and, for a string, what it stands for. */
export type Options = {
  [name: string]: ParseArgsOptionsConfig[string] & { help: string; value?: string };
};

/** Options that mean the same in every command. */
export const sharedOptions = {
  schema: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    help: 'look at this schema (repeatable); default: all but the system’s and those of extensions',
  },
  role: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    help: 'a role that requests run as (repeatable); default: anonymous, webuser and webadmin, or else every role with grants',
  },
  help: { type: 'boolean', short: 'h', help: 'show this' },
} as const satisfies Options;

/**
 * Reads a command's arguments.
 *
 * @throws TypeError with a code `ERR_PARSE_ARGS_…` and a message for the person, for arguments it does not know.
 */
export function readOptions<const T extends Options>(args: string[], options: T, allowPositionals = false) {
  return parseArgs({ args, options, allowPositionals, strict: true });
}

/** What `COMMAND --help` prints. */
export function describeOptions(usage: string, about: string, options: Options): string {
  const rows = Object.entries(options).map(([name, { short, value, help }]) => ({
    flag: `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
    help,
  }));
  const width = Math.max(...rows.map(({ flag }) => flag.length));
  return [bold(usage), '', about, '', ...rows.map((row) => `  ${row.flag.padEnd(width)}  ${row.help}`)].join(
    '\n',
  );
}
