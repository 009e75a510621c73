import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('./print-loaded-files.ts', import.meta.url));

/** The project's files that a server loads, in a process of its own, which has loaded nothing else before. */
export async function loadedFiles(
  environment: Record<string, string>,
  databaseUrl: string,
): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--no-warnings',
    script,
    JSON.stringify(environment),
    databaseUrl,
  ]);
  return JSON.parse(stdout);
}
