import type { Io } from './io.ts';

/** Exit codes: 0 nothing to complain about, 1 it found something, 2 it could not do its work. */
export type Command = {
  name: string;
  /** One line for `--help`. */
  summary: string;
  run(args: string[], io: Io): Promise<number>;
};

/** What each `policies/<name>/command.ts` exports. */
export type CommandModule = Pick<Command, 'run'>;

/** Loads the command's module only when it runs, so that none pays for another's dependencies. */
const command = (name: string, summary: string): Command => ({
  name,
  summary,
  run: async (args, io) => {
    const { run } = (await import(`./${name}/command.ts`)) as CommandModule;
    return run(args, io);
  },
});

export const commands: Command[] = [
  command('lint', 'find holes in policies and grants, with the SQL that mends each'),
  command('matrix', 'who may do what, as a Markdown file that is committed and checked'),
  command('mutate', 'break each policy and grant on purpose, and list those that no test protects'),
  command('explain', 'say which clause keeps a user from a row'),
];
