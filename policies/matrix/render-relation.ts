import {
  COMMANDS,
  escapesPolicies,
  isTable,
  policyBinds,
  policyCovers,
  usableRight,
} from '../catalogue/rights.ts';
import type { Catalogue, Command, Policy, Privilege, Relation, TableRight } from '../catalogue/types.ts';
import { shortExpression } from '../sql/expression-text.ts';
import { code, codes, markdownTable, NONE } from './markdown.ts';

const further: Privilege[] = ['truncate', 'references', 'trigger', 'usage'];

/** What a role may do with a table, in a few words: `select, update 3 of 6 columns`. */
export function commandsInShort(catalogue: Catalogue, relation: Relation, role: string): string {
  const rights = [...COMMANDS, ...further].flatMap((privilege) => {
    const right = usableRight(catalogue, relation, role, privilege);
    if (!right) return [];
    const columns =
      right.columns === 'all' ? '' : ` ${right.columns.length} of ${relation.columns.length} columns`;
    const isEmpty = isCommand(privilege) && rowsInShort(catalogue, relation, role, privilege) === NO_ROW;
    return `${privilege}${columns}${isEmpty ? ' (no row)' : ''}`;
  });
  return rights.join(', ') || NONE;
}

const isCommand = (privilege: Privilege): privilege is Command => COMMANDS.includes(privilege as Command);

/** A table's section: what each role may do with which columns and rows, and what the policies say. */
export function renderRelation(catalogue: Catalogue, relation: Relation): string {
  const granted = (privilege: Privilege) =>
    catalogue.webRoles.some((role) => usableRight(catalogue, relation, role, privilege));
  const privileges: Privilege[] =
    relation.kind === 'sequence'
      ? (['usage', 'select', 'update'] as Privilege[])
      : [...COMMANDS, ...further.filter(granted)];
  const rows = catalogue.webRoles.map((role) => [
    role,
    ...privileges.map((privilege) => describeRight(catalogue, relation, role, privilege)),
  ]);
  return [
    `### ${relation.name}`,
    ...describeKind(relation),
    ...(relation.columns.length > 0 ? [`Columns: ${codes(relation.columns.map(({ name }) => name))}`] : []),
    markdownTable(['role', ...privileges], rows),
    ...(relation.policies.length > 0 ? [relation.policies.map(describePolicy).join('\n')] : []),
  ].join('\n\n');
}

function describeKind(relation: Relation): string[] {
  const { kind, isSecurityInvoker, hasRls } = relation;
  if (kind === 'view') {
    return [
      isSecurityInvoker
        ? 'A view; reads its tables as whoever asks.'
        : 'A view; reads its tables **as its owner**.',
    ];
  }
  if (!isTable(relation)) return [`A ${kind}.`];
  return hasRls ? [] : ['**Row-level security is not enabled.**'];
}

function describeRight(catalogue: Catalogue, relation: Relation, role: string, privilege: Privilege): string {
  const right = usableRight(catalogue, relation, role, privilege);
  if (!right) return NONE;
  if (!isCommand(privilege) || relation.kind === 'sequence') return '**yes**';
  const columns = privilege === 'delete' ? [] : [describeColumns(right)];
  const rows = isTable(relation) ? [rowsInShort(catalogue, relation, role, privilege)] : [];
  return [...columns, ...rows].join('<br>') || 'yes';
}

const describeColumns = ({ columns }: TableRight): string =>
  columns === 'all' ? 'all columns' : codes(columns);

const NO_ROW = 'rows: _none_';

/** Which policies let a role reach rows. */
function rowsInShort(catalogue: Catalogue, relation: Relation, role: string, command: Command): string {
  if (!isTable(relation)) return '';
  if (escapesPolicies(catalogue, relation, role)) return 'rows: **all**';
  const binding = relation.policies.filter(
    (policy) => policyCovers(policy, command) && policyBinds(catalogue, policy, role),
  );
  const permissive = binding.filter(({ isPermissive }) => isPermissive).map(({ name }) => code(name));
  const restrictive = binding.filter(({ isPermissive }) => !isPermissive).map(({ name }) => code(name));
  if (permissive.length === 0) return NO_ROW;
  const either = permissive.join(' or ');
  const isMixed = permissive.length > 1 && restrictive.length > 0;
  return `rows: ${[isMixed ? `(${either})` : either, ...restrictive].join(' and ')}`;
}

function describePolicy(policy: Policy): string {
  const { name, command, roles, isPermissive } = policy;
  const kind = isPermissive ? '' : ', restrictive';
  return `- ${code(name)} (${command} to ${roles.join(', ')}${kind}): ${describeConditions(policy)}`;
}

function describeConditions({ command, using, check }: Policy): string {
  const rows = using && code(shortExpression(using.text));
  const newRow = check && code(shortExpression(check.text));
  if (command === 'select' || command === 'delete') return rows ?? 'every row';
  if (command === 'insert') return `new row ${newRow ?? 'any'}`;
  if (newRow === null) return `${rows ?? 'every row'}; new row the same, for want of a \`with check\``;
  return `${rows ?? 'every row'}; new row ${newRow === rows ? 'the same' : newRow}`;
}
