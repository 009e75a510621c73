import type { Results } from '../results.ts';
import { describeNoise } from './describe-noise.ts';
import type { Table } from './format.ts';
import {
  contestTables,
  countsTable,
  memoryTable,
  policiesTable,
  sessionsTable,
  startUpTable,
  targetsTable,
} from './tables.ts';

/** Writes a run down as bench/RESULTS.md has it. */
export function toMarkdown(results: Results): string {
  const { date, machine, loadAverage, versions, database } = results.circumstances;
  const section = (title: string, text: string, table: Table) =>
    table.length > 1 ? `## ${title}\n${text}\n\n${toTable(table)}` : null;

  return `${[
    `# What a request costs
Written by \`npm run bench\` on ${date}, which anybody can repeat; [README.md](README.md) says what is measured and how.
Every figure is the median of the rounds of this one run, with the distance of the furthest round from it. Ratios are
taken within each round. No figure is adjusted.`,
    '![CPU per request, requests per second, and p50 at 2 ms database latency](results.svg)',
    section('Against the targets', 'At 16 connections where nothing else is said.', targetsTable(results)),
    `## Where
- ${machine}; server, database and load share it
- load average ${loadAverage.before} before the run, ${loadAverage.after} at its end; ${describeNoise(results)}
- PostgreSQL ${database}
- ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    section(
      'What a request sends to the database',
      'A flush is one write to the database’s connection; where it is waited for, it is a round trip.',
      countsTable(results),
    ),
    ...contestTables(results).map(({ title, table }) => section(capitalised(title), '', table)),
    section(
      'Row-level security',
      `Ten posts of one of ${results.rls?.users.toLocaleString('en')} users, out of ${results.rls?.rows.toLocaleString('en')}: which ones, says a policy, or a \`where\` with the same conditions for a role without policies.`,
      policiesTable(results),
    ),
    section(
      'Sessions',
      'A whole authenticated transaction that reads such a page, each time under another session.',
      sessionsTable(results),
    ),
    section(
      'Start-up',
      'From `npm start` to the first authenticated answer; the first one in a new data folder, registration included.',
      startUpTable(results),
    ),
    section('Memory', 'Of (d) under load, after a garbage collection.', memoryTable(results)),
  ]
    .filter((part) => part !== null)
    .join('\n\n')}\n`;
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function toTable([head, ...rows]: Table): string {
  const isNumeric = head!.map((_, column) =>
    rows.every((row) => /^[\d.,–±% -]*$/.test(row[column]!) && rows.some((each) => each[column] !== '')),
  );
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head!), line(isNumeric.map((right) => (right ? '---:' : '---'))), ...rows.map(line)].join(
    '\n',
  );
}
