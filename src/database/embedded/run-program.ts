import { spawn } from 'node:child_process';
import { type OsUser, runAs } from './os-user.ts';

/** English messages, which are parsed, and UTC as the cluster's time zone, whatever the machine's locale is. */
export const serverEnvironment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };

/** Whether a program succeeded; all it printed, or why it could not run at all. */
type Ran = { ok: boolean; output: string };

/** Runs one of PostgreSQL's programs to its end, as that user. */
export async function runProgram(program: string, args: string[], user: OsUser | undefined): Promise<Ran> {
  // Some failures to spawn are thrown and others emitted: a promise takes both.
  return new Promise<Ran>((resolve, reject) => {
    let output = '';
    // The folder this process stands in may be closed to that user, who must be able to enter his own.
    const child = spawn(program, args, {
      ...runAs(user),
      cwd: '/',
      env: serverEnvironment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => resolve({ ok: code === 0, output: output.trim() }));
  }).catch((error: Error) => ({ ok: false, output: error.message }));
}
