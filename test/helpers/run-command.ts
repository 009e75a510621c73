import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** What a command of the project has said, and its exit code. */
export type CommandResult = { code: number | string | null; stdout: string; stderr: string };

/**
 * Runs a command of the project to its end, with these settings and nothing else in its environment.
 *
 * @param args for example `['src/commands/migrate.ts']`
 * @param folder a copy of the project; by default this one
 */
export function runCommand(
  args: string[],
  environment: Record<string, string>,
  { folder = project }: { folder?: string } = {},
): Promise<CommandResult> {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  const machine = { PATH, HOME, NO_COLOR: '1', ...(TMPDIR ? { TMPDIR } : {}) };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', './src/preflight.mjs', ...args],
      { cwd: folder, env: { ...machine, ...environment } },
      (error, stdout, stderr) =>
        resolve({ code: error ? (error.code ?? error.signal ?? null) : 0, stdout, stderr }),
    );
  });
}
