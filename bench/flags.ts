import { parseArgs } from 'node:util';
import { StartError } from '../src/errors.ts';
import { CONTESTANTS } from './contestants/contestants.ts';

/** Parts of a run beside the contest. */
export const PARTS = ['rls', 'start', 'memory'] as const;
export type Part = (typeof PARTS)[number];

export type Flags = {
  quick: boolean;
  json: boolean;
  /** Letters of contestants. */
  letters: string[];
  parts: Part[];
  /** Whether everything runs, so that the result may stand for all. */
  isComplete: boolean;
};

const HELP = `npm run bench [-- options]
  --quick        a first impression in a minute and a half
  --only d,b     only these contestants (${CONTESTANTS.map(({ letter }) => letter).join(', ')}) and parts (${PARTS.join(', ')})
  --json         the figures as JSON on standard output
A complete run takes ten minutes and writes bench/RESULTS.md.`;

/** @throws StartError `INVALID_CONFIGURATION` for what it does not know. */
export function readFlags(args: string[]): Flags {
  let values: { quick?: boolean; json?: boolean; only?: string; help?: boolean };
  try {
    ({ values } = parseArgs({
      args,
      options: {
        quick: { type: 'boolean' },
        json: { type: 'boolean' },
        only: { type: 'string' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new StartError('INVALID_CONFIGURATION', `${(error as Error).message}\n${HELP}`);
  }
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }

  const { quick = false, json = false } = values;
  const asked = values.only?.split(',').map((item) => item.trim());
  const known = [...CONTESTANTS.map(({ letter }) => letter), ...PARTS];
  const unknown = asked?.find((item) => !known.includes(item));
  if (unknown !== undefined) {
    throw new StartError('INVALID_CONFIGURATION', `--only does not know \`${unknown}\`.\n${HELP}`);
  }
  return {
    quick,
    json,
    letters: CONTESTANTS.map(({ letter }) => letter).filter((letter) => !asked || asked.includes(letter)),
    parts: PARTS.filter((part) => (asked ? asked.includes(part) : !quick)),
    isComplete: !quick && !asked,
  };
}
