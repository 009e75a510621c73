import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadTrustedDocuments } from '../../src/trusted-documents/load-trusted-documents.ts';

describe('TRUSTED_DOCUMENTS', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rowgate-documents-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('can be a file, or a folder of files in which clients and releases overlap', () => {
    const file = write('web.json', '{"a": "{ a }", "b": "{ b }"}');
    expect([...loadTrustedDocuments(file)]).toEqual([
      ['a', '{ a }'],
      ['b', '{ b }'],
    ]);
    write('app.json', '{"b": "{ b }", "c": "{ c }"}');
    write('README.md', 'other files do not matter');
    expect([...loadTrustedDocuments(folder).keys()].sort()).toEqual(['a', 'b', 'c']);
  });

  it('cannot be missing, empty, of another form, or contradict itself: the start stops with a sentence', () => {
    const start = (path: string) => () => loadTrustedDocuments(path);
    expect(start(join(folder, 'none.json'))).toThrow(
      /^TRUSTED_DOCUMENTS: there is no file or folder .*none\.json/,
    );
    expect(start(folder)).toThrow(/has no documents/);
    for (const content of ['', '[]', '{', '{"a": 1}', '{"a": ""}', '"a"', '{"operations": [{"id": "a"}]}'])
      expect(start(write('bad.json', content))).toThrow(/bad\.json is not JSON of the form/);
    expect(start(write('bad.json', '{}'))).toThrow(/has no documents/);
    write('bad.json', '{"a": "{ a }"}');
    write('other.json', '{"a": "{ b }"}');
    expect(start(folder)).toThrow(/other\.json has another document for a/);
  });
});
