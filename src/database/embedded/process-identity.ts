import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process that cannot be mistaken for a later one with the same number. */
export type ProcessIdentity = {
  pid: number;
  /** when it began: clock ticks since boot on Linux, `ps`'s date elsewhere; only ever compared */
  started: string;
};

/** The identity of a live process; undefined if there is none, or only a zombie nobody has waited for. */
export async function processIdentity(pid: number): Promise<ProcessIdentity | undefined> {
  const started = process.platform === 'linux' ? await startedOnLinux(pid) : await askPs(pid, 'lstart');
  return started === undefined ? undefined : { pid, started };
}

/** Whether exactly this process, and not a successor with its number, is alive. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await processIdentity(identity.pid))?.started === identity.started;
}

/** The name of the program a process runs, without its folder; undefined if it cannot be told. */
export async function programName(pid: number): Promise<string | undefined> {
  const name =
    process.platform === 'linux'
      ? await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => undefined)
      : await askPs(pid, 'comm');
  return name?.trim().split('/').at(-1);
}

async function startedOnLinux(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The program's name, the second field, may hold spaces and brackets: count from its closing bracket.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields?.[0];
  return state === 'Z' || state === 'X' ? undefined : fields?.[19];
}

async function askPs(pid: number, column: string): Promise<string | undefined> {
  const answer = await promisify(execFile)('ps', ['-o', `${column}=`, '-p', String(pid)]).catch(
    () => undefined,
  );
  return answer?.stdout.trim() || undefined;
}
