import { stripVTControlCharacters } from 'node:util';
import { type Block, placeOf } from './read-documents.ts';

/**
 * Compares what a `text` block shows with what was printed. The block may be a part of it, white space is free, and `…`
 * stands for anything: within a line, or for lines if it stands alone.
 *
 * @throws Error naming the block
 */
export function compareOutput(block: Block, printed: string): void {
  const lines = (text: string) =>
    stripVTControlCharacters(text)
      .split('\n')
      .map((line) => line.trim().replaceAll(/\s+/g, ' ').replaceAll(/-{2,}/g, '--'))
      .filter(Boolean)
      .join('\n');
  const wanted = lines(block.text)
    .split(/\n?^…$\n?|…/m)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*?');
  if (!new RegExp(`(^|\\n)${wanted}($|\\n)`, 's').test(lines(printed)))
    throw new Error(`${placeOf(block)} is not what is printed:\n${printed}`);
}
