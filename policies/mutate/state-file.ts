import { createHash } from 'node:crypto';
import { appendFile, glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Catalogue } from '../catalogue/types.ts';
import { catalogueEntries } from './catalogue-entries.ts';
import type { Verdict } from './judge.ts';

/** Below the folder of the project; what tests import decides what they notice. */
const WHAT_COUNTS = ['test/helpers/**', 'policies/kit/**', 'policies/mutate/**'];

export type StateFile = {
  /** Verdicts of a run that was ended, if nothing that counts has changed since. */
  known: Map<string, Verdict>;
  add(verdict: Verdict): Promise<void>;
};

/**
 * Opens the file in which a run notes its verdicts, one a line, so that the next run can go on where it was ended.
 *
 * @param key says what the verdicts hold for; a file for another is begun anew
 */
export async function openStateFile(path: string, key: string): Promise<StateFile> {
  const content = await readFile(path, 'utf8').catch(() => '');
  const [first, ...lines] = content.split('\n').filter(Boolean);
  if (first === key && !content.endsWith('\n')) await appendFile(path, '\n');
  if (first !== key) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${key}\n`);
  }
  const verdicts = first === key ? lines.flatMap(parseVerdict) : [];
  return {
    known: new Map(verdicts.map((verdict) => [verdict.id, verdict])),
    add: (verdict) => appendFile(path, `${JSON.stringify(verdict)}\n`),
  };
}

/** A line that a kill has cut short is left out. */
function parseVerdict(line: string): Verdict[] {
  try {
    return [JSON.parse(line) as Verdict];
  } catch {
    return [];
  }
}

/** A fingerprint of a schema, of the tests and what they import, and of this program. */
export async function stateKey(
  projectFolder: string,
  testFiles: string[],
  catalogue: Catalogue,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([...catalogueEntries(catalogue)]));
  const files = [...testFiles];
  for (const pattern of WHAT_COUNTS)
    for await (const file of glob(pattern, { cwd: projectFolder })) files.push(join(projectFolder, file));
  // A folder has no content of its own.
  for (const file of files.sort()) hash.update(file).update(await readFile(file).catch(() => ''));
  return hash.digest('hex');
}
