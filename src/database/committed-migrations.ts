import { readdir, readFile } from 'node:fs/promises';
import { calculateHash } from 'graphile-migrate/dist/hash.js';
import { parseMigrationText } from 'graphile-migrate/dist/migration.js';
import type pg from 'pg';
import { StartError } from '../errors.ts';

/** A file of migrations/committed. */
type Committed = {
  /** Such as `000002-users.sql`. */
  file: string;
  /** As it is recorded in the database, such as `000002.sql`. */
  recordedAs: string;
  hash: string;
  previousHash: string | null;
};

const FILE_NAME = /^(\d+)(-[-_a-zA-Z0-9]*)?\.sql$/;
const RESTORE = 'Restore it from git';

/**
 * Checks that the committed migrations are complete and as they were committed, and that the database has run these and no
 * others. graphile-migrate itself notices some of this only after it has run the migrations before, and some never.
 *
 * @param client of the owner of the schema
 * @throws StartError `MIGRATIONS_DAMAGED` or `DATABASE_AHEAD`
 */
export async function checkMigrations(migrationsFolder: string, client: pg.ClientBase): Promise<void> {
  const committed = await readCommitted(`${migrationsFolder}/committed`);
  const { rows: tables } = await client.query(
    `select to_regclass('graphile_migrate.migrations') is not null as exists`,
  );
  if (!tables[0].exists) return;
  const { rows } = await client.query<{ filename: string; hash: string }>(
    'select filename, hash from graphile_migrate.migrations order by filename',
  );
  compareWithDatabase(committed, rows);
}

async function readCommitted(folder: string): Promise<Committed[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => FILE_NAME.test(name)).sort();
  if (names.length === 0) throw damaged(`There are no migrations in ${folder}. ${RESTORE}.`);
  const all: Committed[] = [];
  for (const file of names) {
    const migration = await readMigration(folder, file);
    const last = all.at(-1);
    if (last?.recordedAs === migration.recordedAs)
      throw damaged(
        `${last.file} and ${file} have the same number, as when two branches have each committed one. Keep the one that others have run; put the SQL of the other into current.sql, delete its file, and commit it again.`,
      );
    if (migration.previousHash !== (last?.hash ?? null))
      throw damaged(
        `${file} does not follow ${last?.file ?? 'the start'}: the migration between them is missing, or ${last?.file ?? 'one before it'} was committed again. ${RESTORE}: git checkout -- migrations/committed`,
      );
    all.push(migration);
  }
  return all;
}

async function readMigration(folder: string, file: string): Promise<Committed> {
  const path = `${folder}/${file}`;
  const text = await readFile(path, 'utf8');
  if (text.includes('\r\n'))
    throw damaged(
      `${file} has the line endings of Windows (CRLF), with which it is another file than the one that was committed. Let git keep them: git config core.autocrlf input, then git checkout -- migrations/committed`,
    );
  const parsed = parse(file, text);
  const { Hash: hash, Previous: previous } = parsed.headers;
  if (!hash || !previous)
    throw damaged(`${file} does not begin with "--! Previous: …" and "--! Hash: …". ${RESTORE}.`);
  const previousHash = previous === '-' ? null : previous;
  const isAsCommitted = calculateHash(parsed.body, previousHash) === hash;
  if (!isAsCommitted && !('AllowInvalidHash' in parsed.headers))
    throw damaged(
      `${file} was changed after it was committed: its content does not fit its hash. ${RESTORE} (git checkout -- migrations/committed/${file}), and write what you wanted to change into current.sql.`,
    );
  return { file, recordedAs: `${FILE_NAME.exec(file)?.[1]}.sql`, hash, previousHash };
}

function parse(file: string, text: string) {
  try {
    return parseMigrationText(file, text);
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw damaged(`${reason}. ${RESTORE}.`);
  }
}

function compareWithDatabase(
  committed: Committed[],
  recorded: Array<{ filename: string; hash: string }>,
): void {
  const files = new Map(committed.map((migration) => [migration.recordedAs, migration]));
  for (const { filename, hash } of recorded) {
    const known = files.get(filename);
    if (!known)
      throw new StartError(
        'DATABASE_AHEAD',
        `The database has run the migration ${filename}, which migrations/committed does not have: a newer version or another branch has migrated it. Check out that version, or use another database; in development the embedded one is made again after its folder (DATA_DIR, by default .data) is deleted.`,
      );
    if (known.hash !== hash)
      throw new StartError(
        'DATABASE_AHEAD',
        `The database has run another ${filename} than ${known.file}: it was committed again, or another branch has committed one of that number. Check out the version that migrated the database, or use another database.`,
      );
  }
  const ran = new Set(recorded.map(({ filename }) => filename));
  const last = recorded.at(-1)?.filename ?? '';
  const skipped = committed.find(({ recordedAs }) => recordedAs < last && !ran.has(recordedAs));
  if (skipped)
    throw damaged(
      `${skipped.file} comes before ${last}, which the database has run already, so it would never be run there. Undo it with its number, and commit it as the latest.`,
    );
}

const damaged = (message: string) => new StartError('MIGRATIONS_DAMAGED', message);
