import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { projectFolder } from '../../docs/read-documents.ts';

export type ProjectCopy = { folder: string; remove(): Promise<void> };

/** A copy of the project, as a newcomer has it, because following a document changes files. The dependencies are this checkout's. */
export async function copyProject(): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'rowgate-copy-'));
  const names = (await readdir(projectFolder)).filter(
    (name) => !['node_modules', '.git', '.data', '.env'].includes(name),
  );
  for (const name of names)
    await cp(join(projectFolder, name), join(folder, name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => basename(source) !== 'node_modules',
    });
  await symlink(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
