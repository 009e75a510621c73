import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block of a document. */
export type Block = {
  file: string;
  /** Of its first fence. */
  line: number;
  language: string;
  /** What stands behind the language. */
  info: string;
  text: string;
};

/** Folders whose Markdown is not the project's. */
const NOT_OURS = /(^|\/)(node_modules|\.[^/]+|results)$/;

/** Every Markdown file of the project. */
export function documentFiles(): string[] {
  return globSync('**/*.md', { cwd: projectFolder, exclude: (name) => NOT_OURS.test(name) }).sort();
}

export const readDocument = (file: string): string => readFileSync(`${projectFolder}${file}`, 'utf8');

/** The fenced blocks of a document, in their order; those within a list item lose its indentation. */
export function blocksOf(file: string, source = readDocument(file)): Block[] {
  const blocks: Block[] = [];
  let open: (Block & { indent: number; fence: string }) | null = null;
  for (const [index, line] of source.split('\n').entries()) {
    if (open && line.trim() === open.fence) {
      const { indent: _, fence: __, ...block } = open;
      blocks.push(block);
      open = null;
    } else if (open) {
      open.text += `${line.slice(0, open.indent).trimStart()}${line.slice(open.indent)}\n`;
    } else {
      const [, indent, fence, language, info] = /^( *)(```+)(\S*) *(.*)$/.exec(line) ?? [];
      if (fence)
        open = {
          file,
          line: index + 1,
          language: language as string,
          info: info as string,
          text: '',
          indent: (indent as string).length,
          fence,
        };
    }
  }
  if (open) throw new Error(`${file}:${open.line}: the block has no end.`);
  return blocks;
}

export const placeOf = ({ file, line }: Block): string => `${file}:${line}`;
