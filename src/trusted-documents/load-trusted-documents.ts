import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StartError } from '../errors.ts';

const fileContent = z.record(z.string().min(1), z.string().min(1));

/**
 * Reads the documents that are answered, by their ids: from a JSON file `{"id": "document"}`, or from all such files of
 * a folder, so that every release of every client may bring its own.
 *
 * @throws StartError `INVALID_TRUSTED_DOCUMENTS`
 */
export function loadTrustedDocuments(path: string): ReadonlyMap<string, string> {
  const documents = new Map<string, string>();
  for (const file of filesOf(path)) {
    for (const [id, document] of Object.entries(readDocuments(file))) {
      const known = documents.get(id);
      if (known !== undefined && known !== document)
        throw invalid(`${file} has another document for ${id} than another file of that folder`);
      documents.set(id, document);
    }
  }
  if (documents.size === 0) throw invalid(`${path} has no documents`);
  return documents;
}

function filesOf(path: string): string[] {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) throw invalid(`there is no file or folder ${path}`);
  if (!status.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => join(path, name));
}

function readDocuments(file: string): Record<string, string> {
  try {
    return fileContent.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw invalid(`${file} is not JSON of the form {"id": "document", …}`);
  }
}

const invalid = (reason: string) =>
  new StartError(
    'INVALID_TRUSTED_DOCUMENTS',
    `TRUSTED_DOCUMENTS: ${reason}. \`npm run documents -- extract\` makes such files.`,
  );
