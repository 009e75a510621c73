import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OsUser } from './os-user.ts';

/**
 * The topmost folder or file on the way to `path` whose mode keeps `user` out, such as a home of mode 0700;
 * undefined if there is none. Access-control lists are not read: at worst a folder is called closed that is open.
 */
export async function closedTo(user: OsUser, path: string): Promise<string | undefined> {
  const steps = [await realpath(path)];
  while (dirname(steps[0]!) !== steps[0]) steps.unshift(dirname(steps[0]!));
  for (const step of steps) {
    const found = await stat(step);
    const bits = found.mode >> (found.uid === user.uid ? 6 : found.gid === user.gid ? 3 : 0);
    if (!(bits & (found.isDirectory() ? 0o1 : 0o4))) return step;
  }
  return undefined;
}
