import { bold, dim } from '../../src/terminal.ts';
import type { Results } from '../results.ts';
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

/** Shows a run on the terminal. */
export function printReport(results: Results): void {
  const show = (title: string, table: Table) => {
    if (table.length > 1) console.log(`\n${bold(title)}\n${layOut(table)}`);
  };
  for (const { title, table } of contestTables(results)) show(title, table);
  show('what a request sends to the database', countsTable(results));
  show('row-level security', policiesTable(results));
  show('sessions', sessionsTable(results));
  show('start-up', startUpTable(results));
  show('memory', memoryTable(results));
  show('targets', targetsTable(results));
}

/** Columns side by side: text to the left, numbers to the right. */
function layOut(table: Table): string {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const isNumeric = table[0]!.map((_, column) =>
    table.slice(1).every((row) => /^[\d.,–±% -]*$/.test(row[column]!)),
  );
  return table
    .map((row, index) => {
      const line = row
        .map((cell, column) =>
          isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join('  ');
      return index === 0 ? dim(line) : line;
    })
    .join('\n');
}
