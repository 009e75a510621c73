import { glob, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { StartError } from '../../src/errors.ts';
import { readCatalogue } from '../catalogue/read-catalogue.ts';
import type { Io } from '../io.ts';
import { describeOptions, readOptions, sharedOptions } from '../options.ts';
import { type MutationReport, mutate } from './mutate.ts';
import { showProgress } from './progress.ts';
import { formatScore, reportText } from './report-text.ts';
import { chooseChanged } from './since.ts';
import { openStateFile, stateKey } from './state-file.ts';
import { withTestDatabases } from './with-test-databases.ts';

const options = {
  tests: {
    type: 'string',
    multiple: true,
    value: 'PATH',
    help: 'a folder or file of tests that are about the database (repeatable); default: test/db',
  },
  since: { type: 'string', value: 'REF', help: 'judge only what has changed since this commit' },
  'min-score': { type: 'string', value: 'PERCENT', help: 'fail below this score; default: 100' },
  jobs: { type: 'string', short: 'j', value: 'N', help: 'processes at a time; default: one for each core' },
  state: {
    type: 'string',
    value: 'FILE',
    default: 'node_modules/.cache/rowgate/mutate.jsonl',
    help: 'where verdicts are kept for the next run; default: node_modules/.cache/rowgate/mutate.jsonl',
  },
  fresh: { type: 'boolean', help: 'forget the verdicts of a run that was ended' },
  database: {
    type: 'string',
    value: 'URL',
    help: 'clone this database, as a superuser; default: one made from the migrations, as in npm test',
  },
  schema: sharedOptions.schema,
  role: sharedOptions.role,
  json: { type: 'boolean', help: 'print the report as JSON' },
  help: sharedOptions.help,
} as const;

const about = `Breaks each policy and each grant on purpose, one at a time and in a clone of its own, and runs the tests that
have to do with it. What no test notices is a rule that nobody would miss. A run that was ended goes on where it was.`;

const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

/** `policies mutate`. @returns 0 with the score that is asked for, 1 below it, 130 when ended by a signal */
export async function run(args: string[], io: Io): Promise<number> {
  const { values } = readOptions(args, options);
  if (values.help) {
    io.print(describeOptions('npm run policies -- mutate [options]', about, options));
    return 0;
  }
  const minScore = number('--min-score', values['min-score'] ?? '100', 0, 100);
  const jobs = number('--jobs', values.jobs ?? String(availableParallelism()), 1, 64);
  const files = await findTests(values.tests ?? ['test/db']);
  const scope = { schemas: values.schema, roles: values.role };

  const ended = new AbortController();
  const end = () => ended.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  const progress = showProgress(process.stderr, io.note);
  try {
    const report = await withTestDatabases(values.database, async (databases) => {
      const choose = values.since
        ? await chooseChanged(values.since, projectFolder, databases, scope)
        : undefined;
      const template = withParts(databases.root, { database: databases.template });
      const catalogue = await withClient(template, (client) => readCatalogue(client, scope));
      const key = await stateKey(projectFolder, files, catalogue);
      if (values.fresh) await rm(values.state, { force: true });
      const state = await openStateFile(values.state, key);
      if (state.known.size > 0)
        io.note(`${state.known.size} verdicts of an earlier run still hold (--fresh judges them again).`);
      return mutate({
        ...scope,
        databases,
        files,
        jobs,
        known: state.known,
        ...(choose && { choose }),
        onVerdict: (verdict) => void state.add(verdict),
        onProgress: progress.update,
        signal: ended.signal,
      });
    });
    progress.end();
    io.print(values.json ? JSON.stringify(forMachines(report), null, 2) : reportText(report));
    if (report.score >= minScore) return 0;
    io.note(`The score is ${formatScore(report.score)} %, and must be ${minScore} %.`);
    return 1;
  } catch (error) {
    progress.end();
    if (!ended.signal.aborted) throw error;
    io.note('Ended. The next run goes on from here.');
    return 130;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
  }
}

async function findTests(paths: string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const stats = await stat(path).catch(() => null);
      if (!stats)
        throw new StartError('NOT_FOUND', `There is no ${path}: name the tests' folder with --tests.`);
      if (stats.isFile()) return [resolve(path)];
      const files: string[] = [];
      for await (const file of glob('**/*.test.ts', { cwd: path })) files.push(resolve(path, file));
      return files;
    }),
  );
  return found.flat().sort();
}

function number(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text === '' || !(value >= min && value <= max))
    throw new StartError('INVALID_INPUT', `${option} must be a number from ${min} to ${max}.`);
  return value;
}

/** Without the model of each mutant's effect, which is for this program alone. */
function forMachines({ survivors, equivalents, ...report }: MutationReport) {
  const plain = ({
    id,
    operator,
    object,
    sql,
    wouldKill,
  }: MutationReport['equivalents'][number]['mutant']) => ({
    id,
    operator,
    object,
    sql,
    wouldKill,
  });
  return {
    ...report,
    survivors: survivors.map(({ mutant, tests }) => ({ ...plain(mutant), tests })),
    equivalents: equivalents.map(({ mutant, rule }) => ({ ...plain(mutant), rule })),
  };
}
