import type pg from 'pg';
import { sqlTokens } from '../../src/sql/tokens.ts';
import type { Relation } from '../catalogue/types.ts';
import { booleanParts, conjuncts } from '../sql/boolean-parts.ts';
import { shortExpression } from '../sql/expression-text.ts';
import { quoteName } from '../sql/quote-name.ts';
import type { Condition } from './finding.ts';
import type { Identity } from './identity.ts';
import type { Rows } from './rows.ts';
import { refusal, undoneAs } from './undone.ts';

type Subject = { client: pg.Client; identity: Identity; relation: Relation };

const COMPARISONS = new Set(['=', '<>', '<', '>', '<=', '>=', '!=']);

/** Evaluates an expression of a policy on rows, as the user. Null stands for unknown, and for an error. */
export async function holds({ client, identity, relation }: Subject, expression: string, rows: Rows) {
  let results: (boolean | null)[] = rows.map(() => null);
  const error = await refusal(
    undoneAs(client, identity.become, async () => {
      results = await evaluate<boolean | null>(client, relation, expression, rows);
    }),
  );
  return { results, error: error?.message ?? null };
}

/** Evaluates a clause on one row, part by part. */
export async function explainConditions(subject: Subject, clause: string, row: string): Promise<Condition[]> {
  const conditions: Condition[] = [];
  for (const part of conjuncts(clause)) {
    const { results, error } = await holds(subject, part, [row]);
    const result = results[0] ?? null;
    const sides = result === true ? null : await explainSides(subject, part, row);
    conditions.push({ text: shortExpression(part), result, sides, error });
  }
  return conditions;
}

async function explainSides(subject: Subject, condition: string, row: string): Promise<Condition['sides']> {
  const sides = splitComparison(condition);
  if (!sides) return null;
  const { client, identity, relation } = subject;
  const values: (string | null)[] = [];
  const error = await refusal(
    undoneAs(client, identity.become, async () => {
      for (const side of sides)
        values.push((await evaluate<string | null>(client, relation, `(${side})::text`, [row]))[0] ?? null);
    }),
  );
  return error ? null : [values[0] ?? null, values[1] ?? null];
}

/**
 * The rows come as values of the table's type under the table's name, which is how policies speak of them; the user
 * may be one who cannot read the table.
 */
async function evaluate<T>(
  client: pg.Client,
  relation: Relation,
  expression: string,
  rows: Rows,
): Promise<T[]> {
  const { rows: results } = await client.query<{ result: T }>(
    `select (${expression}) as result from unnest($1::${relation.name}[]) as ${quoteName(relation.ownName)}`,
    [rows],
  );
  return results.map(({ result }) => result);
}

/** The two sides of `left = right`; null for another condition. */
function splitComparison(condition: string): [string, string] | null {
  const { operator, parts } = booleanParts(condition);
  const text = parts[0] as string;
  if (operator !== null) return null;
  let depth = 0;
  const operators = sqlTokens(text).filter((token) => {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    return depth === 0 && token.kind === 'sign' && /^[=<>!]$/.test(token.text);
  });
  const [first, last] = [operators[0], operators.at(-1)];
  if (!first || !last || !COMPARISONS.has(text.slice(first.start, last.end))) return null;
  const right = text.slice(last.end).trim();
  // `= any (…)` compares with many.
  return /^(any|all)\b/i.test(right) ? null : [text.slice(0, first.start).trim(), right];
}
