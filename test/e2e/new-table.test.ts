import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyProject, type ProjectCopy } from './helpers/project-copy.ts';

const exec = promisify(execFile);

describe('what npm run new writes', () => {
  let copy: ProjectCopy;
  const npm = (...args: string[]) =>
    exec('npm', ['run', '--silent', ...args], { cwd: copy.folder, maxBuffer: 1e8 });

  beforeAll(async () => {
    copy = await copyProject();
    await npm(
      'new',
      '--',
      'table',
      'reading_lists',
      '--columns',
      'title:text! note:text rank:integer! due:date',
    );
  });
  afterAll(() => copy.remove());

  it('can be checked: lint, format and types', async () => {
    await npm('check');
  });

  it('can be tested, and lists of all tables know it', async () => {
    const files = ['reading-lists', 'conventions', 'cross-tenant', 'web-roles'].map(
      (name) => `test/db/${name}.test.ts`,
    );
    const { stderr } = await npm('test', '--', ...files);
    expect(stderr).toContain('4 passed, 4 total');
  });

  it('has no rule of access that its test would not miss', async () => {
    const { stdout } = await npm(
      'policies',
      '--',
      'mutate',
      '--tests',
      'test/db/reading-lists.test.ts',
      '--min-score',
      '0',
      '--json',
      '--state',
      `${copy.folder}/mutate.jsonl`,
    );
    const { killed, survivors } = JSON.parse(stdout) as Record<'killed' | 'survivors', { id: string }[]>;
    const ofTable = (list: { id: string }[]) =>
      list.map(({ id }) => id).filter((id) => id.includes('reading_lists'));
    expect(ofTable(survivors)).toEqual([]);
    expect(ofTable(killed)).toHaveLength(10);
  });
});
