import { calledRoutine, childNodes, descendants, type ExpressionNode, isNode } from './expression-tree.ts';
import type { Catalogue, PolicyExpression, Routine } from './types.ts';

/** A call of a function in a policy. */
export type PolicyCall = {
  routine: Routine;
  /** By its name, and not by an operator or a cast. */
  isByName: boolean;
  /** In a subquery, which is evaluated once for a statement unless it looks at the row. */
  isInSubquery: boolean;
  /** An argument is a column of the row, so each row has an answer of its own. */
  readsRow: boolean;
};

/** Every function call of a policy's expression, outermost first. */
export function policyCalls(catalogue: Catalogue, expression: PolicyExpression): PolicyCall[] {
  const visit = (node: ExpressionNode, depth: number): PolicyCall[] => {
    const routine = catalogue.calledRoutines.get(calledRoutine(node) ?? 0);
    const isByName = node.type === 'FUNCEXPR' && node.fields.funcformat === '0';
    const call = routine && {
      routine,
      isByName,
      isInSubquery: depth > 0,
      readsRow: readsRow(node, depth),
    };
    const below = childNodes(node).flatMap((child) => visit(child, depth + levels(child)));
    return call ? [call, ...below] : below;
  };
  return visit(expression.tree, 0);
}

/** In a query, what is around it is one level further away. */
const levels = (child: ExpressionNode): number => (child.type === 'QUERY' ? 1 : 0);

/** Whether something in the expression, which lies `depth` queries deep, is a column of the row judged. */
export function readsRow(node: ExpressionNode, depth: number): boolean {
  if (node.type === 'VAR') return Number(node.fields.varlevelsup) === depth;
  return childNodes(node).some((child) => readsRow(child, depth + levels(child)));
}

/** Numbers of the columns that an expression compares, `column = value`, with a value that is not of the row. */
export function comparedColumns(catalogue: Catalogue, expression: PolicyExpression): number[] {
  return [...descendants(expression.tree, (node) => node.type !== 'SUBLINK')]
    .filter((node) => isEquality(catalogue, node))
    .flatMap((node) => {
      const sides = childNodes(node).map(unwrapped);
      const column = sides.find((side) => side.type === 'VAR');
      const value = sides.find((side) => side !== column);
      if (!column || !value || value.type === 'CONST' || readsRow(value, 0)) return [];
      return [Number(column.fields.varattno)];
    });
}

const isEquality = (catalogue: Catalogue, { type, fields }: ExpressionNode): boolean =>
  (type === 'OPEXPR' || type === 'SCALARARRAYOPEXPR') &&
  // text = any (…), which an index serves too, but not text <> all (…), whose function is textne.
  /eq$/.test(catalogue.calledRoutines.get(Number(fields.opfuncid))?.ownName ?? '');

/** A value without the casts around it that cost nothing. */
function unwrapped(node: ExpressionNode): ExpressionNode {
  const { arg } = node.fields;
  return node.type === 'RELABELTYPE' && isNode(arg) ? unwrapped(arg) : node;
}
