import { openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../process/child.ts';
import type { Contestant } from './contestants.ts';
import type { Sample } from './serve.ts';
import type { ContestantSettings } from './settings.ts';

export type ContestantProcess = {
  contestant: Contestant;
  url: string;
  sample(): Promise<Sample>;
  stop(): Promise<void>;
};

const ENVIRONMENT = { NODE_ENV: 'production', GRAPHILE_ENV: 'production' };

/** Starts a contestant's server in a process of its own. Its output, Rowgate's request log above all, goes to a file. */
export async function startContestant(
  contestant: Contestant,
  settings: ContestantSettings,
  { folder, execArgv = [] }: { folder: string; execArgv?: string[] },
): Promise<ContestantProcess> {
  const child = startModule(contestant.server, {
    folder,
    execArgv: [...(contestant.nodeOptions ?? []), ...execArgv],
  });
  const port = await child.ask<number>('start', settings);
  return {
    contestant,
    url: `http://127.0.0.1:${port}`,
    sample: () => child.ask<Sample>('sample'),
    stop: () => child.stop(),
  };
}

/** Makes what a contestant needs in the database. */
export async function prepareContestant(
  modulePath: string,
  argument: unknown,
  { folder }: { folder: string },
): Promise<void> {
  const child = startModule(modulePath, { folder, execArgv: [] });
  await child.ask('prepare', argument);
  await child.stop();
}

function startModule(
  modulePath: string,
  { folder, execArgv }: { folder: string; execArgv: string[] },
): Child {
  const output = openSync(join(folder, 'contestants.log'), 'a');
  return startChild(new URL('./serve.ts', import.meta.url), {
    args: [fileURLToPath(new URL(modulePath, import.meta.url))],
    // A contestant reads no more of the environment than it is given.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...ENVIRONMENT },
    execArgv,
    stdio: ['ignore', output, 'inherit', 'ipc'],
  });
}
