import type pg from 'pg';
import { sqlTokens } from '../../src/sql/tokens.ts';
import type { Catalogue, Command, Relation } from '../catalogue/types.ts';
import { conjuncts } from '../sql/boolean-parts.ts';
import { openActor, runAs } from './run-as.ts';
import { undone } from './undone.ts';

/** A table that the statement reads or writes. */
export type Scan = {
  relation: Relation;
  /** What the statement calls it. */
  alias: string;
  /** What it asks of the table's rows, as far as one table alone can tell; null for nothing. */
  filter: string | null;
  /** Whose rights hold: the user's, or those of the owner of a view that the table is reached through. */
  isAsUser: boolean;
  /** One of several tables, and the statement asks nothing of it alone. */
  isBroad: boolean;
};
export type StatementShape = { command: Command; target: Scan | null; scans: Scan[] };

type PlanNode = {
  'Node Type': string;
  Operation?: string;
  Schema?: string;
  'Relation Name'?: string;
  Alias?: string;
  Filter?: string;
  Plans?: PlanNode[];
};

/** Plans in which every condition on a single table stands at that table. */
const PLAIN_PLANS = `
  set local enable_indexscan = off; set local enable_indexonlyscan = off; set local enable_bitmapscan = off;
  set local enable_tidscan = off; set local enable_memoize = off; set local max_parallel_workers_per_gather = 0;`;

/** Finds out, from PostgreSQL's plan for somebody to whom everything is open, what a statement does to which tables. */
export async function readShape(
  client: pg.Client,
  catalogue: Catalogue,
  sql: string,
): Promise<StatementShape> {
  const plan = await undone(client, async () => {
    await client.query(PLAIN_PLANS);
    const open = await openActor(client);
    const explain = `explain (verbose, costs off, format json) ${sql}`;
    const [explained] = await runAs<[{ Plan: PlanNode }]>(client, open, explain, 'json');
    return explained![0].Plan;
  });
  const words = new Set(sqlTokens(sql).map(({ text }) => text.replaceAll('"', '')));
  const nodes = flatten(plan);
  const modify = nodes.find((node) => node['Node Type'] === 'ModifyTable' && node.Operation !== undefined);
  const scanned = nodes.filter((node) => node['Relation Name'] && node['Node Type'] !== 'ModifyTable');
  const toScan = (node: PlanNode): Scan | null => {
    const relation = findRelation(catalogue, node, words);
    return (
      relation && {
        relation,
        alias: node.Alias as string,
        filter: usableFilter(node.Filter),
        isAsUser: isAsUser(catalogue, relation, words),
        isBroad: scanned.length > 1 && usableFilter(node.Filter) === null && node.Operation === undefined,
      }
    );
  };
  const scans = scanned.flatMap((node) => toScan(node) ?? []);
  const unique = [...new Map(scans.map((scan) => [`${scan.relation.name} ${scan.alias}`, scan])).values()];
  const target = modify ? toScan(modify) : null;
  return {
    command: (modify?.Operation?.toLowerCase() ?? 'select') as Command,
    target: target && {
      ...target,
      filter: unique.find(({ alias }) => alias === target.alias)?.filter ?? null,
    },
    scans: unique.filter(({ alias }) => alias !== target?.alias),
  };
}

const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)];

/** The table of a node; for a partition the table through which the statement reaches it. */
function findRelation(catalogue: Catalogue, node: PlanNode, words: Set<string>): Relation | null {
  const ofName = (name: string) => catalogue.relations.find((relation) => relation.name === name);
  let relation = catalogue.relations.find(
    ({ schema, ownName }) => schema === node.Schema && ownName === node['Relation Name'],
  );
  while (relation && !words.has(relation.ownName) && relation.parents[0])
    relation = ofName(relation.parents[0]);
  return relation ?? null;
}

/** Without what refers to other parts of the plan, such as the result of a subquery. */
function usableFilter(filter: string | undefined): string | null {
  const parts = filter === undefined ? [] : conjuncts(filter);
  const own = parts.filter((part) => !/\b(?:Sub|Init)Plan \d|\$\d|\bhashed\b/.test(part));
  return own.length === 0 ? null : own.map((part) => `(${part})`).join(' and ');
}

/** A table that the statement does not name is reached through a view; not all views work with the user's rights. */
function isAsUser({ relations }: Catalogue, relation: Relation, words: Set<string>): boolean {
  if (words.has(relation.ownName)) return true;
  const views = relations.filter(({ kind, ownName }) => kind === 'view' && words.has(ownName));
  return views.length === 0 || views.some(({ isSecurityInvoker }) => isSecurityInvoker);
}
