import { parseDatabaseUrl, withParts } from '../../src/database/urls.ts';
import { withClient } from '../../src/database/with-client.ts';
import { StartError } from '../../src/errors.ts';
import type { Io } from '../io.ts';
import { describeOptions, readOptions } from '../options.ts';
import { withDatabaseUrl } from '../with-database.ts';
import { explain } from './explain.ts';
import type { Who } from './identity.ts';
import { reportText } from './report-text.ts';

const options = {
  as: { type: 'string', value: 'USER', help: 'a user name, an e-mail, a user’s id, or anonymous' },
  role: { type: 'string', value: 'NAME', help: 'in place of --as: the role that the statement runs as' },
  set: {
    type: 'string',
    multiple: true,
    value: 'NAME=VALUE',
    help: 'with --role: a setting that policies read (repeatable)',
  },
  json: { type: 'boolean', help: 'print the explanation as JSON' },
  help: { type: 'boolean', short: 'h', help: 'show this' },
} as const;

const about = `Says why a user cannot see, or change, what a statement asks for: the grant that is missing, or the clause of a
policy that says no, evaluated on the row as that user; and what the policies cost. The statement, one select, insert,
update, delete or merge, runs and is rolled back several times. It needs a superuser, as which the statement itself never
runs: ROOT_DATABASE_URL, or else DATABASE_URL; by default the embedded database.`;

/** `policies explain`. @returns 0 when nothing stands in the statement's way, 1 otherwise */
export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions(args, options, true);
  if (values.help) {
    io.print(describeOptions("npm run policies -- explain --as USER 'STATEMENT'", about, options));
    return 0;
  }
  const [sql, ...more] = positionals;
  if (sql === undefined || more.length > 0)
    throw new StartError(
      'INVALID_INPUT',
      'Give one statement, in quotes: explain --as ada "select * from …".',
    );
  const who = whoOf(values);
  const explanation = await withDatabaseUrl(io, (url) =>
    withClient(superuserUrl(io.env, url), (client) => explain(client, who, sql)),
  );
  io.print(values.json ? JSON.stringify(explanation, null, 2) : reportText(explanation));
  return explanation.findings.length > 0 ? 1 : 0;
}

function whoOf(values: { as?: string; role?: string; set?: string[] }): Who {
  if ((values.as === undefined) === (values.role === undefined))
    throw new StartError(
      'INVALID_INPUT',
      'Say for whom: either --as USER, or --role NAME with its --set NAME=VALUE.',
    );
  if (values.as !== undefined) return { user: values.as };
  const pairs = (values.set ?? []).map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new StartError('INVALID_INPUT', `--set ${pair} is not of the form NAME=VALUE.`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return { role: values.role as string, settings: Object.fromEntries(pairs) };
}

/** The same database as its superuser, where the environment names one. */
function superuserUrl(env: NodeJS.ProcessEnv, url: string): string {
  if (!env.DATABASE_URL || !env.ROOT_DATABASE_URL) return url;
  return withParts(env.ROOT_DATABASE_URL, { database: parseDatabaseUrl(url).database });
}
