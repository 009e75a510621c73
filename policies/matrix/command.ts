import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readCatalogue } from '../catalogue/read-catalogue.ts';
import type { Io } from '../io.ts';
import { describeOptions, readOptions, sharedOptions } from '../options.ts';
import { withDatabase } from '../with-database.ts';
import { compareMatrices } from './compare-matrices.ts';
import { type MatrixOptions, renderMatrix } from './render-matrix.ts';

const options = {
  schema: sharedOptions.schema,
  role: sharedOptions.role,
  file: {
    type: 'string',
    value: 'FILE',
    default: 'docs/permissions.md',
    help: 'the file; default: docs/permissions.md',
  },
  write: { type: 'boolean', help: 'write the file' },
  check: { type: 'boolean', help: 'compare the file with the database, and fail if they differ' },
  help: sharedOptions.help,
} as const;

const about = `Shows who may do what: role by table, column and command, with the policies that decide on rows, and role by function.
Commit the file, and let CI run --check: a migration that changes a right then changes the file in the same commit.
Any login will do. Without --schema and --role, those that the file was written with hold.`;

/** `policies matrix`. @returns 0, or 1 if `--check` finds a difference */
export async function run(args: string[], io: Io): Promise<number> {
  const { values } = readOptions(args, options);
  if (values.help) {
    io.print(describeOptions('npm run policies -- matrix [options]', about, options));
    return 0;
  }

  const committed = await readFile(values.file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const scope =
    values.schema || values.role ? { schemas: values.schema, roles: values.role } : optionsOf(committed);
  const catalogue = await withDatabase(io, (client) => readCatalogue(client, scope));
  const matrix = renderMatrix(catalogue, scope);

  if (values.check) return check(committed, matrix, values.file, io);
  if (!values.write) {
    io.print(matrix);
    return 0;
  }
  await mkdir(dirname(values.file), { recursive: true });
  await writeFile(values.file, matrix);
  io.note(`${values.file} is written.`);
  return 0;
}

function check(committed: string | null, matrix: string, file: string, io: Io): number {
  if (committed === matrix) {
    io.print(`${file} says what the database says.`);
    return 0;
  }
  io.print(
    committed === null
      ? `There is no ${file} yet.`
      : `The database says otherwise than ${file}:\n\n${compareMatrices(committed, matrix)}\n`,
  );
  io.print('If that is meant: npm run policies -- matrix --write');
  return 1;
}

/** The options in the file's first lines. */
function optionsOf(committed: string | null): MatrixOptions {
  const line = /^<!-- Written by: .*-->$/m.exec(committed ?? '')?.[0] ?? '';
  const values = (flag: string) => {
    const names = [...line.matchAll(new RegExp(`--${flag} (\\S+)`, 'g'))].map(([, name]) => name!);
    return names.length > 0 ? names : undefined;
  };
  return { schemas: values('schema'), roles: values('role') };
}
