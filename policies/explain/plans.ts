import type pg from 'pg';
import { policyBinds, policyCovers } from '../catalogue/rights.ts';
import type { Catalogue, Policy } from '../catalogue/types.ts';
import { quoteName } from '../sql/quote-name.ts';
import type { Actor } from './run-as.ts';
import { runAs } from './run-as.ts';
import type { Scan, StatementShape } from './scans.ts';
import { refusal, undone } from './undone.ts';

export type Plan = {
  /** Milliseconds. */
  time: number;
  /** The planner's estimate, in its own unit. */
  cost: number;
  /** Rows returned, or written. */
  rows: number;
  /** As PostgreSQL prints it. */
  text: string;
};

/** What one policy's clause adds to reading the table under the statement's own condition. */
export type PolicyCost = { table: string; policy: string; cost: number; time: number };

/** Runs the statement under `explain analyze`, and undoes it. @returns what PostgreSQL said against it, if it did */
export async function analyze(
  client: pg.Client,
  actor: Actor,
  sql: string,
): Promise<Plan | { error: string }> {
  let plan: Plan | null = null;
  const error = await refusal(
    measure(client, actor, sql).then((measured) => {
      plan = measured;
    }),
  );
  return plan ?? { error: error?.message ?? 'no plan' };
}

/** Runs it as somebody, and undoes it. */
async function measure(client: pg.Client, actor: Actor, sql: string): Promise<Plan> {
  const [explained] = await undone(client, () =>
    runAs<Explained>(client, actor, `explain (analyze, format json) ${sql}`, 'json'),
  );
  const { Plan: root, 'Execution Time': time } = explained![0];
  const writes = root['Node Type'] === 'ModifyTable' && root['Actual Rows'] === 0;
  return {
    time,
    cost: root['Total Cost'],
    rows: writes ? (root.Plans?.[0]?.['Actual Rows'] ?? 0) : root['Actual Rows'],
    text: printPlan(root).join('\n'),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: what PostgreSQL prints
type Explained = [{ Plan: any; 'Execution Time': number }];
type Node = Record<string, unknown> & { 'Node Type': string; Plans?: Node[] };
const CONDITIONS = ['Index Cond', 'Recheck Cond', 'Hash Cond', 'Join Filter', 'One-Time Filter', 'Filter'];

/** A plan in a few lines, as `explain` prints it but for the numbers that do not matter here. */
function printPlan(node: Node, depth = 0): string[] {
  const indent = '  '.repeat(depth);
  const on = node['Relation Name'] ? ` on ${node['Relation Name']}` : '';
  const using = node['Index Name'] ? ` using ${node['Index Name']}` : '';
  const name = `${node['Subplan Name'] ? `${node['Subplan Name']}: ` : ''}${node.Operation ?? node['Node Type']}`;
  const numbers = `cost ${node['Total Cost']}, ${node['Actual Rows']} rows in ${node['Actual Total Time']} ms`;
  const loops = (node['Actual Loops'] as number) > 1 ? `, ${node['Actual Loops']} times` : '';
  const removed = node['Rows Removed by Filter'] ? ` (${node['Rows Removed by Filter']} rows removed)` : '';
  return [
    `${indent}${name}${using}${on}  ${numbers}${loops}`,
    ...CONDITIONS.filter((key) => node[key]).map(
      (key) => `${indent}    ${key}: ${node[key]}${key === 'Filter' ? removed : ''}`,
    ),
    ...(node.Plans ?? []).flatMap((child) => printPlan(child, depth + 1)),
  ];
}

/** Measures each policy that binds the role, alone, over the rows that the statement asks for. */
export async function measurePolicies(
  client: pg.Client,
  {
    catalogue,
    open,
    role,
    shape,
  }: {
    catalogue: Catalogue;
    /** A role to which everything is open, with the user's settings. */
    open: Actor;
    role: string;
    shape: StatementShape;
  },
): Promise<PolicyCost[]> {
  const costs: PolicyCost[] = [];
  for (const scan of [...(shape.target ? [shape.target] : []), ...shape.scans]) {
    const command = scan === shape.target ? shape.command : 'select';
    const policies = scan.relation.policies.filter(
      (policy) => policy.using && policyCovers(policy, command) && policyBinds(catalogue, policy, role),
    );
    const base = policies.length > 0 && scan.isAsUser ? await measureScan(client, open, scan, null) : null;
    if (!base) continue;
    for (const policy of policies) {
      const plan = await measureScan(client, open, scan, policy);
      if (plan)
        costs.push({
          table: scan.relation.name,
          policy: policy.name,
          cost: Math.max(0, plan.cost - base.cost),
          time: Math.max(0, plan.time - base.time),
        });
    }
  }
  return costs;
}

/** Reads the table with no policy but the given one; the second time counts, when the cache is warm. */
async function measureScan(
  client: pg.Client,
  open: Actor,
  scan: Scan,
  policy: Policy | null,
): Promise<Plan | null> {
  const { relation, filter, alias } = scan;
  const conditions = [
    filter?.replaceAll(`${quoteName(alias)}.`, `${quoteName(relation.ownName)}.`),
    policy?.using?.text,
  ];
  const where = conditions.filter(Boolean).map((condition) => `(${condition})`);
  const sql = `select from ${relation.name} ${where.length > 0 ? `where ${where.join(' and ')}` : ''}`;
  return refusalOr(measure(client, open, sql).then(() => measure(client, open, sql)));
}

async function refusalOr<T>(work: Promise<T>): Promise<T | null> {
  let result: T | null = null;
  await refusal(
    work.then((value) => {
      result = value;
    }),
  );
  return result;
}
