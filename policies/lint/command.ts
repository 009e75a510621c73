import { writeFile } from 'node:fs/promises';
import { StartError } from '../../src/errors.ts';
import { bold, dim } from '../../src/terminal.ts';
import type { Catalogue } from '../catalogue/types.ts';
import type { Io } from '../io.ts';
import { readMigrations } from '../migrations/read-migrations.ts';
import { describeOptions, readOptions, sharedOptions } from '../options.ts';
import { withDatabase } from '../with-database.ts';
import { applyAllowed, readAllowed } from './allowed.ts';
import { findHoles } from './find-holes.ts';
import { reportSarif } from './report-sarif.ts';
import { countBySeverity, reportTable } from './report-table.ts';
import type { Rule } from './rule.ts';
import { rules } from './rules.ts';

const options = {
  schema: sharedOptions.schema,
  role: sharedOptions.role,
  anonymous: {
    type: 'string',
    value: 'NAME',
    help: 'the role of requests without a session; default: anonymous, anon, …',
  },
  migrations: {
    type: 'string',
    multiple: true,
    value: 'PATH',
    help: 'a file or folder whose order is judged (repeatable); default: migrations/committed, migrations/current.sql',
  },
  allowed: {
    type: 'string',
    value: 'FILE',
    default: 'policies/allowed.json',
    help: 'what is allowed, with reasons; default: policies/allowed.json',
  },
  rule: { type: 'string', multiple: true, value: 'ID', help: 'ask only this rule (repeatable)' },
  rules: { type: 'boolean', help: 'list the rules, and look at nothing' },
  json: { type: 'boolean', help: 'print the findings as JSON' },
  sarif: { type: 'string', value: 'FILE', help: 'write the findings as SARIF 2.1.0 too' },
  help: sharedOptions.help,
} as const;

const about = `Looks for holes in the policies, grants, functions and views of a database, and for what makes them slow. Each
finding comes with the SQL that mends it. Any login will do: it reads the system catalogue and no rows.`;

/** `policies lint`. @returns 0 without findings, 1 with some */
export async function run(args: string[], io: Io): Promise<number> {
  const { values } = readOptions(args, options);
  if (values.help) {
    io.print(describeOptions('npm run policies -- lint [options]', about, options));
    return 0;
  }
  if (values.rules) {
    io.print(
      rules
        .map(({ id, severity, title }) => `${severity.padEnd(7)}  ${bold(id.padEnd(29))}  ${title}`)
        .join('\n'),
    );
    return 0;
  }

  const asked = chooseRules(values.rule);
  const lines = await readAllowed(values.allowed);
  const migrations = await readMigrations(values.migrations);
  const { findings, catalogue } = await withDatabase(io, (client) =>
    findHoles(client, {
      schemas: values.schema,
      roles: values.role,
      anonymousRole: values.anonymous,
      migrations,
      rules: asked,
    }),
  );
  const { standing, allowed, unused } = applyAllowed(findings, lines, values.allowed);
  // Who asks about a part has not seen what the other lines are for.
  const isPart = Boolean(values.rule ?? values.schema);
  const all = isPart ? standing : [...standing, ...unused];

  if (values.sarif)
    await writeFile(values.sarif, `${JSON.stringify(reportSarif(all, migrations), null, 2)}\n`);
  if (values.json) {
    io.print(JSON.stringify({ findings: all, allowed }, null, 2));
  } else {
    if (all.length > 0) io.print(`${reportTable(all)}\n`);
    io.print(bold(all.length > 0 ? countBySeverity(all) : `Nothing found by ${asked.length} rules.`));
    io.print(dim(`${describeCatalogue(catalogue)} ${allowed.length} allowed by ${values.allowed}.`));
  }
  return all.length > 0 ? 1 : 0;
}

/** @throws StartError `NOT_FOUND` for a rule that does not exist */
function chooseRules(ids: string[] | undefined): Rule[] {
  const unknown = ids?.filter((id) => !rules.some((rule) => rule.id === id)) ?? [];
  if (unknown.length > 0) {
    throw new StartError(
      'NOT_FOUND',
      `There is no rule ${unknown.join(', ')}; --rules lists those there are.`,
    );
  }
  return rules.filter(({ id }) => ids?.includes(id) ?? true);
}

function describeCatalogue({ relations, routines, schemas, webRoles }: Catalogue): string {
  const policies = relations.flatMap((relation) => relation.policies).length;
  const names = schemas.map(({ name }) => name).join(', ');
  return `Looked at ${relations.length} tables and views, ${policies} policies, ${routines.length} functions in ${names}. Requests run as ${webRoles.join(', ')}.`;
}
