import { type Block, blocksOf, documentFiles } from './read-documents.ts';

/**
 * Blocks in another language than `sql`, `sh` and `text`, and `sh` that cannot be run in its place: document and language,
 * and the test that holds it true.
 */
const PARTICULAR: Record<string, string> = {
  'CONTRIBUTING.md sh': 'test/docs/particular.test.ts',
  'docs/errors.md json': 'test/docs/particular.test.ts',
  'docs/policies.md json': 'test/docs/particular.test.ts',
  'docs/policies.md ts': 'test/policies/documents.test.ts',
  'docs/upstream/cursors.md diff': 'test/docs/upstream.test.ts',
  'docs/upstream/cursors.md ts': 'test/docs/upstream.test.ts',
};

/** How a block is held to what is true. */
export type Runner =
  /** In README.md, by the test that follows it. */
  | 'readme'
  /** SQL and shell, in their order, in one database for each document. */
  | 'run'
  /** What the block before it prints. */
  | 'output'
  | 'particular';

/** @param before the block that stands before it in the document; null if there is none */
export function runnerOf(block: Block, before: Block | null): Runner | null {
  const { file, language, info } = block;
  if (file === 'README.md') return 'readme';
  if (PARTICULAR[`${file} ${language}`]) return 'particular';
  if ((language === 'sql' || language === 'sh') && info === '') return 'run';
  if (language === 'text' && info === '' && before && ['sql', 'sh', 'text'].includes(before.language))
    return 'output';
  return null;
}

/** The blocks of a document with how each is run. */
export function runnersOf(file: string): { block: Block; runner: Runner | null }[] {
  const blocks = blocksOf(file);
  return blocks.map((block, index) => ({ block, runner: runnerOf(block, blocks[index - 1] ?? null) }));
}

/** The documents with something to run: those with shell take longer, and a copy of the project. */
export function documentsToRun(needsShell: boolean): string[] {
  return documentFiles().filter((file) => {
    const running = runnersOf(file).filter(({ runner }) => runner === 'run');
    return running.length > 0 && running.some(({ block }) => block.language === 'sh') === needsShell;
  });
}

/** What to do about a block that nothing runs. */
export const ADVICE =
  'No test runs this block. Make it `sql` or `sh`, which are run in the order of the document, or `text` for what the ' +
  'block before it prints; for any other language write a test, and name it in test/docs/runners.ts.';
