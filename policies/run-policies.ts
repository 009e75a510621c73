import { bold, dim } from '../src/terminal.ts';
import { commands } from './commands.ts';
import { describeError, type Io } from './io.ts';

const help = () => `${bold('npm run policies -- COMMAND [options]')}

Checks the policies, grants and functions of a PostgreSQL database: the one DATABASE_URL names, by default the
embedded one.

${commands.map(({ name, summary }) => `  ${bold(name.padEnd(9))} ${summary}`).join('\n')}

${dim('npm run policies -- COMMAND --help says what a command takes.')}
${dim('Exit code: 0 all is well, 1 something was found, 2 it could not run.')}`;

/** Runs the command that the arguments name. @returns the exit code; it never throws. */
export async function runPolicies([name, ...args]: string[], io: Io): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.print(help());
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    io.note(`There is no command ${name}. Commands: ${commands.map((known) => known.name).join(', ')}.`);
    return 2;
  }
  try {
    return await command.run(args, io);
  } catch (error) {
    io.note(describeError(error));
    return 2;
  }
}
