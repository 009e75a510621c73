import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { blocksOf, projectFolder } from './read-documents.ts';

const blocks = blocksOf('docs/upstream/cursors.md');
const codeOf = (language: string) => blocks.find((block) => block.language === language)?.text as string;
const words = (text: string) => text.replaceAll(/\s+/g, ' ');

/** What the patch takes out, by the installed file that has it. */
const TAKEN_OUT: Record<string, string[]> = {
  '@dataplan/pg/dist/steps/pgCursor.js': [
    'if (!hasNonNull && orderVal != null) {',
    'cursorTuple.push(codec.fromPg(orderVal));',
  ],
  '@dataplan/pg/dist/steps/pgSelect.js': [
    '(nullsFirst && beforeOrAfter === "after") || (!nullsFirst && beforeOrAfter === "before");',
    'codec.castFromPg(frag, o.nullable === false)',
  ],
  'graphile-build-pg/dist/plugins/PgOrderAllAttributesPlugin.js': [
    '(list) => list.attributes[0] === attributeName',
  ],
};

describe('the patch for @dataplan/pg', () => {
  it('is still needed: the installed version has what it takes out', () => {
    const removed = words([...codeOf('diff').matchAll(/^-(?!--)(.*)$/gm)].map(([, line]) => line).join(' '));
    for (const [file, pieces] of Object.entries(TAKEN_OUT)) {
      const installed = words(readFileSync(`${projectFolder}node_modules/${file}`, 'utf8'));
      for (const piece of pieces) {
        expect(installed).toContain(piece);
        expect(removed).toContain(piece);
      }
    }
  });

  it('comes with a test that TypeScript can read', () => {
    expect(() => stripTypeScriptTypes(codeOf('ts'))).not.toThrow();
  });
});
