import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { policies } from './policies-command.ts';
import { useTransaction } from './use-transaction.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowgate-lint-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, content: unknown): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const session = useTransaction();

describe('what is allowed', () => {
  const used = {
    rule: 'policy-always-true',
    object: 'policy select_all on app_public.users',
    reason: 'The public profile is public.',
  };
  const lint = (...args: string[]) => policies(session.database.authenticator, 'lint', '--json', ...args);
  const only = ['--rule', 'policy-always-true'];

  test('can be written down with a reason', async () => {
    const { output, exitCode } = await lint('--allowed', await fileOf('used.json', [used]), ...only);
    expect(exitCode).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      findings: [],
      allowed: [{ object: used.object, reason: used.reason }],
    });
  });

  test('can be a whole rule', async () => {
    const { exitCode } = await lint(
      '--allowed',
      await fileOf('any.json', [{ ...used, object: '*' }]),
      ...only,
    );
    expect(exitCode).toBe(0);
  });

  test('cannot stay when it is not found any more', async () => {
    const own = JSON.parse(await readFile('policies/allowed.json', 'utf8'));
    const stale = { ...used, object: 'policy select_all on app_public.gone' };
    const { output, exitCode } = await lint('--allowed', await fileOf('stale.json', [...own, stale]));
    expect(exitCode).toBe(1);
    expect(JSON.parse(output).findings).toMatchObject([
      { rule: 'unused-allowance', object: `policy-always-true: ${stale.object}` },
    ]);
  });

  test.each([
    ['without a reason', [{ ...used, reason: '' }], '0.reason: must say why'],
    ['for a rule that does not exist', [{ ...used, rule: 'no-such-rule' }], '0.rule: is no rule'],
    ['with a misspelt field', [{ ...used, raison: 'x' }], 'raison'],
    ['in what is not JSON', '[', 'is not JSON'],
  ])('cannot be written %s', async (_, content, problem) => {
    const { exitCode, notes } = await lint('--allowed', await fileOf('bad.json', content));
    expect(exitCode).toBe(2);
    expect(notes).toContain(problem);
  });
});
