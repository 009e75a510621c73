import { styleText } from 'node:util';
import type { Rows } from './sql-session.ts';

/** Terminal columns; undefined where lines may be as long as they like. */
type Options = { isColourful?: boolean; width?: number | undefined };

/** A result as a table, or one value a line where that is too wide for the terminal. Without rows to show: the command. */
export function formatRows(result: Rows, { isColourful = false, width }: Options = {}): string {
  const { columns, rows, command, count } = result;
  if (columns.length === 0) return count === null || command === 'SELECT' ? command : `${command} ${count}`;
  const style = (format: 'bold' | 'dim', text: string) =>
    isColourful ? styleText(format, text, { validateStream: false }) : text;
  const cells = rows.map((row) =>
    row.map((value) => (value === null ? 'null' : value.replaceAll('\n', '↵'))),
  );
  const footer = style('dim', `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`);
  const paint = (text: string, value: string | null | undefined) =>
    value === null ? style('dim', text) : text;

  const widths = columns.map(({ name }, at) =>
    Math.max(...[name, ...cells.map((row) => row[at]!)].map(widthOf)),
  );
  const total = widths.reduce((sum, one) => sum + one + 3, -1);
  if (width !== undefined && total > width) {
    const longest = Math.max(...columns.map(({ name }) => widthOf(name)));
    const records = cells.map((row, index) =>
      row.map(
        (text, at) => `${style('bold', pad(columns[at]!.name, longest))} | ${paint(text, rows[index]![at])}`,
      ),
    );
    return [...records.map((lines) => lines.join('\n')), footer].join('\n\n');
  }
  const line = (texts: string[]) => ` ${texts.join(' | ')}`.trimEnd();
  return [
    line(columns.map(({ name }, at) => style('bold', pad(name, widths[at]!)))),
    widths.map((one) => '-'.repeat(one + 2)).join('+'),
    ...cells.map((row, index) =>
      line(row.map((text, at) => paint(pad(text, widths[at]!, columns[at]!.isNumber), rows[index]![at]))),
    ),
    footer,
  ].join('\n');
}

/** How many places a terminal gives a text; marks that lie on the letter before take none. */
const widthOf = (text: string): number => [...text.replace(/\p{M}/gu, '')].length;

function pad(text: string, width: number, atTheEnd = false): string {
  const space = ' '.repeat(width - widthOf(text));
  return atTheEnd ? space + text : text + space;
}
