import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { StartError } from '../errors.ts';
import { run } from '../run.ts';
import { newTable } from '../scaffold/new-table.ts';
import { bold, done } from '../terminal.ts';

const USAGE = `npm run new -- table NAME [--columns "title:text! body:text"]

Writes a table whose rows are their user's to current.sql, with policies, grants and an index, and its test to test/db.

  --columns  name:type, with ! where it is required; default: body:text!`;

const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

await run(async () => {
  const { positionals, values } = readArguments();
  const [what, name, ...more] = positionals;
  if (what !== 'table' || !name || more.length > 0) throw new StartError('INVALID_INPUT', USAGE);
  const { test } = await newTable(projectFolder, name, values.columns);
  done(`current.sql makes app_public.${name}; ${test} says who may do what with it. Next:`);
  console.log(`  ${bold('npm run dev')}  shows it in GraphiQL, and follows what you change in current.sql
  ${bold(`npm test -- ${test}`)}
  ${bold(`npm run migrate:commit -- -m "${name}"`)}  when it is right
  ${bold('npm run policies -- matrix --write && npm run schema:export')}  for who reviews it`);
});

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { columns: { type: 'string', default: 'body:text!' } },
    });
  } catch (error) {
    throw new StartError('INVALID_INPUT', `${(error as Error).message}\n\n${USAGE}`);
  }
}
