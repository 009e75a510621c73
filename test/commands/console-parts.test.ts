import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openHistory } from '../../src/console/history.ts';
import { StatementReader } from '../../src/console/statement-reader.ts';

describe('the history of the prompt', () => {
  it('can be kept, for its owner’s eyes alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rowgate-history-'));
    openHistory(join(folder, 'data')).save(['select 2', 'select 1']);
    expect(openHistory(join(folder, 'data')).lines).toEqual(['select 2', 'select 1']);
    expect((await stat(join(folder, 'data/console-history'))).mode & 0o777).toBe(0o600);
    await rm(folder, { recursive: true });
  });
});

describe('statements', () => {
  it.each([
    [['select 1;'], ['select 1'], ''],
    [['select 1; select 2;'], ['select 1', 'select 2'], ''],
    [['select 1; select', '2;'], ['select 1', 'select\n2'], ''],
    [["select 'a;", "b';"], ["select 'a;\nb'"], ''],
    [['do $$ begin', 'null;', 'end $$;'], ['do $$ begin\nnull;\nend $$'], ''],
    [['-- only; a comment', 'select 1 -- one;'], [], 'select 1 -- one;'],
    [['select 1'], [], 'select 1'],
    [['', ';'], [], ''],
  ])('%j are %j', (lines, complete, rest) => {
    const reader = new StatementReader();
    expect(lines.flatMap((line) => reader.add(line))).toEqual(complete);
    expect(reader.rest()).toBe(rest);
  });
});
