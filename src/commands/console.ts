import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { describeFailure } from '../console/describe-failure.ts';
import { openHistory } from '../console/history.ts';
import { SqlConsole } from '../console/sql-console.ts';
import { type Identity, identityOf } from '../console/sql-session.ts';
import { StatementReader } from '../console/statement-reader.ts';
import { openDatabaseUntilEnd } from '../database/open-database.ts';
import { StartError } from '../errors.ts';
import { run } from '../run.ts';
import { bold, dim } from '../terminal.ts';

const USAGE = `npm run console [-- --as NAME | --role NAME] [--write]

SQL as the owner of the schema; with --as as that user's request (a name or an e-mail address), with --role anonymous as
a request without a session, with --role NAME as any role that the server may take. In production statements may only
read, unless you say --write.`;

await run(async (undo) => {
  const { identity, write } = readArguments();
  const config = loadConfig();
  const isReadOnly = config.isProduction && !write;
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  // Standard output is for results alone.
  const say = (message: string) => isTerminal && console.error(dim(message));
  const database = await openDatabaseUntilEnd(undo, config, say);
  const opening = SqlConsole.open({
    urls: database.urls,
    identity,
    isReadOnly,
    print: console.log,
    isColourful: isTerminal && process.stdout.hasColors(),
    get width() {
      // 0: a terminal that does not say.
      return (isTerminal && process.stdout.columns) || undefined;
    },
  });
  // Before it is open: a signal at that moment shall not leave its session behind.
  undo.push(async () => (await opening.catch(() => null))?.close());
  const sql = await opening;

  const history = openHistory(config.database.dataDir);
  const lines = createInterface({
    input: process.stdin,
    ...(isTerminal ? { output: process.stdout, history: [...history.lines], historySize: 1_000 } : {}),
    terminal: isTerminal,
  });
  lines.on('history', history.save);
  const reader = new StatementReader();
  let isBusy = false;
  const prompt = () => {
    if (!isTerminal) return;
    lines.setPrompt(reader.isEmpty ? `${sql.prompt}=> ` : `${' '.repeat(sql.prompt.length)}-> `);
    lines.prompt();
  };
  // Ctrl-C stops what runs, or else forgets what was written.
  lines.on('SIGINT', () => {
    reader.clear();
    console.log('');
    if (isBusy) void sql.cancel();
    else prompt();
  });
  if (isTerminal)
    console.log(dim(`\\? lists the commands.${isReadOnly ? ' Read-only; --write lets you write.' : ''}`));

  let hasFailed = false;
  const attempt = async (text: string, work: () => Promise<unknown>) => {
    isBusy = true;
    try {
      return await work();
    } catch (error) {
      hasFailed = true;
      console.error(error instanceof StartError ? error.message : bold(describeFailure(error, text)));
      return null;
    } finally {
      isBusy = false;
    }
  };
  // A script ends at its first failure, and what it has begun is undone.
  const goesOn = () => isTerminal || !hasFailed;
  prompt();
  for await (const line of lines) {
    if (reader.isEmpty && line.trimStart().startsWith('\\')) {
      if ((await attempt(line, () => sql.command(line))) === false) break;
    } else {
      for (const statement of reader.add(line)) {
        if (goesOn()) await attempt(statement, () => sql.execute(statement));
      }
    }
    if (!goesOn()) break;
    prompt();
  }
  const rest = isTerminal ? '' : reader.rest();
  if (rest && goesOn()) await attempt(rest, () => sql.execute(rest));
  lines.close();
  for (const step of undo.splice(0).reverse()) await step();
  process.exitCode = hasFailed && !isTerminal ? 1 : 0;
});

function readArguments(): { identity: Identity; write: boolean } {
  try {
    const options = {
      as: { type: 'string' },
      role: { type: 'string' },
      write: { type: 'boolean', default: false },
    } as const;
    const { as, role, write } = parseArgs({ options }).values;
    if (as !== undefined && role !== undefined) throw new TypeError('Either --as or --role.');
    const identity: Identity = role !== undefined ? { is: 'role', name: role } : identityOf(as ?? 'owner');
    return { identity, write };
  } catch (error) {
    throw new StartError('INVALID_INPUT', `${(error as Error).message}\n\n${USAGE}`);
  }
}
