import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';

/** Milliseconds between two looks; one is a system call and the reading of a small file. */
const INTERVAL_MS = 250;

/** Shells that npm puts between itself and a script, unless they replace themselves by it. */
const SHELL = /^(sh|dash|bash|zsh|ash|busybox|ksh|fish)$/;

/**
 * In development, under an npm script, calls back when the npm that runs it, or its shell, has ended: npm does not tell
 * what its shell has started, which would run on unseen, with the port and the database. A process in production, one that
 * was started without npm, and one with a session of its own (`setsid`) are left alone, as is everything above npm, so that
 * `nohup npm start` outlives its terminal.
 *
 * Node cannot ask the kernel for a signal at its parent's death, so the ids of the parents are compared with those at the start.
 */
export function watchParent(onEnd: () => void): void {
  const { npm_lifecycle_event: script, NODE_ENV } = process.env;
  // A process of a cluster ends with the one that has forked it.
  if (!script || NODE_ENV === 'production' || cluster.isWorker) return;
  const shell = process.ppid;
  const self = readStat(process.pid);
  if (shell === 1 || self?.session === process.pid) return;
  const parent = readStat(shell);
  const npm = parent && SHELL.test(parent.name) ? parent.parent : undefined;

  const timer = setInterval(() => {
    const hasEnded = process.ppid !== shell || (npm !== undefined && readStat(shell)?.parent !== npm);
    if (!hasEnded) return;
    clearInterval(timer);
    onEnd();
  }, INTERVAL_MS);
  timer.unref();
}

/**
 * What Linux says of a process; undefined elsewhere, where a script's shell is bash or zsh, which replace themselves by a
 * single command, so that the parent is npm itself.
 */
function readStat(pid: number): { name: string; parent: number; session: number } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The program's name, the second field, may hold spaces and brackets: count from its closing bracket.
  const end = text.lastIndexOf(')');
  const [, parent, , session] = text.slice(end + 2).split(' ');
  return { name: text.slice(text.indexOf('(') + 1, end), parent: Number(parent), session: Number(session) };
}
