import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { parseCrontab } from 'graphile-worker';
import { makeMailer } from '../../worker/mailer.ts';
import { makeTaskList } from '../../worker/tasks/index.ts';
import { testConfig } from '../helpers/test-config.ts';

describe('the crontab', () => {
  it('is valid, and names tasks that exist', async () => {
    const config = testConfig();
    const tasks = Object.keys(makeTaskList({ config, mailer: makeMailer(config) }));
    const items = parseCrontab(await readFile(new URL('../../worker/crontab', import.meta.url), 'utf8'));
    expect(items.map(({ task }) => task)).toContain('prune');
    for (const { task } of items) expect(tasks).toContain(task);
  });
});
