import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { blocksOf, documentFiles, placeOf, projectFolder, readDocument } from './read-documents.ts';
import { ADVICE, runnerOf, runnersOf } from './runners.ts';

const documents = documentFiles();

/** The scripts of the project, and of the example that the document belongs to. */
function scriptsFor(file: string): Record<string, string> {
  const [example] = /^examples\/[^/]+\//.exec(file) ?? [];
  const folders = ['', ...(example ? [example] : [])];
  return Object.assign(
    {},
    ...folders.map(
      (folder) => JSON.parse(readFileSync(`${projectFolder}${folder}package.json`, 'utf8')).scripts,
    ),
  );
}

describe.each(documents)('%s', (file) => {
  it('has no block that nothing runs', () => {
    for (const { block, runner } of runnersOf(file))
      if (!runner) throw new Error(`${placeOf(block)}: ${ADVICE}`);
  });

  it('has its commands in fences, where a test finds them', () => {
    // After an empty line, four spaces make a block of code, except within a list.
    const found = /^(?![ \t]*(?:[-*]|\d+\.) ).*\n\n {4}\S.*$/m.exec(
      readDocument(file).replaceAll(/^```.*?^```$/gms, ''),
    );
    expect(found?.[0]).toBeUndefined();
  });

  it('names only commands that there are', () => {
    const named = [...readDocument(file).matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)].map(
      ([, name]) => name,
    );
    const scripts = scriptsFor(file);
    expect(named.filter((name) => !Object.hasOwn(scripts, name as string))).toEqual([]);
  });

  it('links only to files and headings that there are', () => {
    const links = [...readDocument(file).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(
      ([, to]) => to as string,
    );
    const broken = links.filter((link) => {
      const [path, heading] = link.split('#') as [string, string | undefined];
      const target = path ? join(dirname(file), path) : file;
      if (!existsSync(join(projectFolder, target))) return true;
      return heading !== undefined && !headingsOf(target).includes(heading);
    });
    expect(broken).toEqual([]);
  });
});

/** As GitHub makes anchors of them. */
const headingsOf = (file: string): string[] =>
  [...readDocument(file).matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
    (text as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('a block that nothing runs is found:', () => {
  const judge = (source: string) => {
    const blocks = blocksOf('docs/new.md', source);
    return blocks.map((block, index) => runnerOf(block, blocks[index - 1] ?? null));
  };

  it.each([
    ['another language', '```python\nprint(1)\n```'],
    ['none', '```\nnpm test\n```'],
    ['an output of nothing', '```text\nhello\n```'],
    ['shell with a word behind it', '```sh later\nreboot\n```'],
    ['SQL with a word behind it', '```sql later\nselect 1\n```'],
  ])('%s', (_, source) => {
    expect(judge(source)).toEqual([null]);
  });

  it('but not what can be', () => {
    expect(judge('```sql\nselect 1\n```\n\n- so\n  ```text\n  1\n  ```\n\n```sh\nx\n```')).toEqual([
      'run',
      'output',
      'run',
    ]);
  });

  it('and one without an end', () => {
    expect(() => judge('```sql\nselect 1\n')).toThrow('docs/new.md:1: the block has no end.');
  });
});
