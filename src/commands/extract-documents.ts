import { glob, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { loadConfig } from '../config.ts';
import { StartError } from '../errors.ts';
import { makeReadDocument } from '../query-limits/make-read-document.ts';
import { run } from '../run.ts';
import { done } from '../terminal.ts';
import { collectDefinitions, type SourceFile } from '../trusted-documents/collect-definitions.ts';
import { makeDocuments } from '../trusted-documents/make-documents.ts';

const USAGE = `npm run documents -- extract 'src/**/*.{ts,tsx,graphql}' --out documents.json [--ids ids.json] [--typename]

  --out       the file for the server's TRUSTED_DOCUMENTS: {"id": "document"}
  --ids       a file for the client: {"operation name": "id"}, to send the id as documentId
  --typename  asks for __typename everywhere, as the caches of Apollo and urql do`;

const schemaFile = fileURLToPath(new URL('../schema.graphql', import.meta.url));
/** Where npm was called, e.g. in the folder of the client. */
const folder = process.env.INIT_CWD ?? process.cwd();

await run(async () => {
  const { positionals, values } = readArguments();
  const [verb, ...patterns] = positionals;
  if (verb !== 'extract' || patterns.length === 0 || !values.out)
    throw new StartError('INVALID_INPUT', USAGE);

  const definitions = await collectDefinitions(await readSources(patterns));
  const { documents, ids, problems } = makeDocuments(definitions, {
    schema: await readSchema(),
    readDocument: makeReadDocument(loadConfig().queryLimits),
    addTypename: values.typename,
  });
  const all = [...definitions.problems, ...problems];
  if (all.length > 0)
    throw new StartError('INVALID_DOCUMENTS', `Nothing was written:\n\n${all.join('\n\n')}`);
  const count = Object.keys(documents).length;
  if (count === 0) throw new StartError('INVALID_DOCUMENTS', 'There are no operations in these files.');

  await writeJson(values.out, documents);
  if (values.ids) await writeJson(values.ids, ids);
  done(`${values.out} has ${count} ${count === 1 ? 'document' : 'documents'}.`);
});

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        ids: { type: 'string' },
        typename: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new StartError('INVALID_INPUT', `${(error as Error).message}\n\n${USAGE}`);
  }
}

async function readSources(patterns: string[]): Promise<SourceFile[]> {
  const paths: string[] = [];
  const exclude = (name: string) => /(^|\/)node_modules$/.test(name);
  for await (const path of glob(patterns, { cwd: folder, exclude })) paths.push(path);
  if (paths.length === 0)
    throw new StartError('INVALID_INPUT', `No file in ${folder} matches ${patterns.join(' ')}.`);
  return Promise.all(
    paths.sort().map(async (path) => ({ path, text: await readFile(resolve(folder, path), 'utf8') })),
  );
}

async function readSchema(): Promise<GraphQLSchema> {
  const text = await readFile(schemaFile, 'utf8').catch(() => {
    throw new StartError(
      'NO_SCHEMA',
      'There is no src/schema.graphql. Export it first: npm run schema:export',
    );
  });
  return buildSchema(text);
}

async function writeJson(path: string, content: object): Promise<void> {
  await writeFile(resolve(folder, path), `${JSON.stringify(content, null, 2)}\n`);
}
