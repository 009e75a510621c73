import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStateFile } from '../../policies/mutate/state-file.ts';

describe('the verdicts of a run that was ended', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowgate-state-'));
    path = join(folder, 'deeper', 'mutate.jsonl');
  });
  afterAll(() => rm(folder, { recursive: true }));
  const verdict = { id: 'drop policy: policy p on x.notes', killedBy: null, tests: 3 };

  it('can be read by the next one', async () => {
    await (await openStateFile(path, 'key')).add(verdict);
    expect((await openStateFile(path, 'key')).known).toEqual(new Map([[verdict.id, verdict]]));
  });

  it('can be read although a kill has cut the last one short', async () => {
    await appendFile(path, '{"id": "dro');
    const state = await openStateFile(path, 'key');
    expect([...state.known.keys()]).toEqual([verdict.id]);
    await state.add({ ...verdict, id: 'disable rls: x.notes' });
    expect([...(await openStateFile(path, 'key')).known.keys()]).toEqual([
      verdict.id,
      'disable rls: x.notes',
    ]);
  });

  it('cannot outlive a change of what they are about', async () => {
    expect((await openStateFile(path, 'another key')).known.size).toBe(0);
    expect((await openStateFile(path, 'key')).known.size).toBe(0);
  });
});
