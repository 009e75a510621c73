import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { mutate } from '../helpers/mutate.ts';
import { useServer } from '../helpers/server.ts';
import { blocksOf, projectFolder } from './read-documents.ts';

const only = (file: string, language: string): string => {
  const blocks = blocksOf(file).filter((block) => block.language === language);
  expect(blocks).toHaveLength(1);
  return blocks[0]!.text;
};
const readFile = (name: string) => readFileSync(`${projectFolder}${name}`, 'utf8');

describe('docs/errors.md', () => {
  const server = useServer();

  it('can show what an error looks like', async () => {
    const shown = JSON.parse(only('docs/errors.md', 'json'));
    await server.client().register('ada');
    const input = { username: 'ada', email: 'other@example.com', password: 'correct horse' };
    const { response } = await mutate(server.client(), 'register', input, 'result { rowId }');
    // In production it says no more.
    delete response.body.errors[0].extensions.development;
    expect(response.body.errors).toEqual(shown.errors);
  });
});

it('docs/policies.md can quote policies/allowed.json', () => {
  expect(JSON.parse(readFile('policies/allowed.json'))).toContainEqual(
    JSON.parse(only('docs/policies.md', 'json')),
  );
});

it('CONTRIBUTING.md can ask for what CI does first', () => {
  const ci = readFile('.ci/run');
  for (const command of only('CONTRIBUTING.md', 'sh').trim().split('\n'))
    expect(ci).toContain(command.replace('npm run', 'npm run --silent'));
});
