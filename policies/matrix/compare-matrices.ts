import { styleText } from 'node:util';
import { bold } from '../../src/terminal.ts';
import { NONE } from './markdown.ts';

/** The section that says in short what the tables' own say in full. */
const SUMMARY = 'Overview';
const COLUMNS = 'Columns';

/** Something that a matrix says: in a section, under a label, a text. */
type Statement = { section: string; label: string; text: string };

/**
 * What has changed from one matrix to another, cell by cell, under the headings of the file. Empty if nothing has.
 *
 * @param before what the file says; @param after what the database says
 */
export function compareMatrices(before: string, after: string): string {
  if (before === after) return '';
  const [was, is] = [statementsOf(before), statementsOf(after)];
  const key = ({ section, label }: Statement) => `${section}\n${label}`;
  const keys = [...new Set([...is, ...was].filter(({ section }) => section !== SUMMARY).map(key))];
  const changes = keys.flatMap((statement): { section: string; line: string }[] => {
    const old = was.find((candidate) => key(candidate) === statement);
    const now = is.find((candidate) => key(candidate) === statement);
    if (old?.text === now?.text) return [];
    const { section, label } = (now ?? old)!;
    return describe(label, old?.text, now?.text).map((line) => ({ section, line }));
  });
  const sections = Map.groupBy(changes, ({ section }) => section);
  const paragraphs = [...sections].map(([section, lines]) =>
    [bold(section), ...lines.map(({ line }) => `  ${line}`)].join('\n'),
  );
  return paragraphs.join('\n') || 'Only white space or the order of lines differs.';
}

function describe(label: string, old: string | undefined, now: string | undefined): string[] {
  const said = (text: string) => [label, text].filter(Boolean).join(': ');
  if (old === undefined) return now === NONE ? [] : [styleText('green', `+ ${said(now ?? '')}`)];
  if (now === undefined) return old === NONE ? [] : [styleText('red', `- ${said(old)}`)];
  if (label === COLUMNS) return [`~ ${label}: ${describeList(old.split(', '), now.split(', '))}`];
  return [`~ ${label}: ${styleText('red', old)} → ${styleText('green', now)}`];
}

function describeList(old: string[], now: string[]): string {
  const removed = old.filter((name) => !now.includes(name)).map((name) => styleText('red', `- ${name}`));
  const added = now.filter((name) => !old.includes(name)).map((name) => styleText('green', `+ ${name}`));
  return [...removed, ...added].join(', ') || 'in another order';
}

/** Reads the file back: rows of tables by role or object and column, list items by what stands before the colon. */
function statementsOf(markdown: string): Statement[] {
  const statements: Statement[] = [];
  let section = '';
  let head: string[] | null = null;
  for (const line of markdown.split('\n')) {
    const cells = line.startsWith('|') ? cellsOf(line) : null;
    if (cells === null) head = null;
    if (line.startsWith('#')) section = line.replace(/^#+ /, '');
    else if (cells !== null && head === null) head = cells;
    else if (cells !== null && head !== null) statements.push(...rowStatements(section, head, cells));
    else if (line.startsWith('- ')) statements.push({ section, ...listStatement(line) });
    else if (line.trim() !== '') statements.push({ section, ...sentenceStatement(line) });
  }
  return statements;
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|').replaceAll('<br>', '; '));

function rowStatements(section: string, head: string[], [first = '', ...cells]: string[]): Statement[] {
  if (/^-+$/.test(first)) return [];
  return cells.map((text, index) => ({ section, label: `${first}, ${head[index + 1]}`, text }));
}

function listStatement(line: string): Pick<Statement, 'label' | 'text'> {
  const [, label = line.slice(2), text = ''] = /^- (.*?\)): (.*)$/.exec(line) ?? [];
  return { label, text };
}

/** `Columns: …` is one statement, whatever follows. */
function sentenceStatement(line: string): Pick<Statement, 'label' | 'text'> {
  const [, label = line, text = ''] = new RegExp(`^(${COLUMNS}): (.*)$`).exec(line) ?? [];
  return { label, text };
}
