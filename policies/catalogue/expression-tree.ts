/**
 * A node of an expression as PostgreSQL stores it (`pg_node_tree`): its type in capitals, such as FUNCEXPR, VAR or
 * SUBLINK, and its fields under their names in PostgreSQL's source. Atoms are strings, `<>` is null.
 */
export type ExpressionNode = { type: string; fields: Record<string, ExpressionValue> };
export type ExpressionValue = string | null | ExpressionNode | ExpressionValue[];

/** Reads the text of a `pg_node_tree`. The few fields looked at are alike in PostgreSQL 15 to 18. */
export function parseExpressionTree(text: string): ExpressionNode {
  const tokens = [...text.matchAll(/[(){}]|(?:\\.|[^\s(){}\\])+/gs)].map(([token]) => token);
  let position = 0;

  const readValue = (): ExpressionValue => {
    const token = tokens[position++];
    if (token === '{') return readNode();
    if (token === '(') return readList();
    // A constant is its length and its bytes: 16 [ 1 0 … ].
    if (tokens[position] === '[') return readBytes();
    return token === undefined || token === '<>' ? null : token.replace(/\\(.)/g, '$1');
  };
  const readList = (): ExpressionValue[] => {
    const values: ExpressionValue[] = [];
    while (position < tokens.length && tokens[position] !== ')') values.push(readValue());
    position++;
    return values;
  };
  const readBytes = (): ExpressionValue[] => {
    const end = tokens.indexOf(']', position);
    const bytes = tokens.slice(position + 1, end);
    position = end + 1;
    return bytes;
  };
  const readNode = (): ExpressionNode => {
    const node: ExpressionNode = { type: tokens[position++] ?? '', fields: {} };
    while (position < tokens.length && tokens[position] !== '}') {
      const name = tokens[position++]!.slice(1);
      node.fields[name] = readValue();
    }
    position++;
    return node;
  };

  return readValue() as ExpressionNode;
}

export const isNode = (value: ExpressionValue | undefined): value is ExpressionNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The nodes directly below a node, in order. */
export function childNodes(node: ExpressionNode): ExpressionNode[] {
  return nodesIn(Object.values(node.fields));
}

function nodesIn(values: ExpressionValue[]): ExpressionNode[] {
  return values.flatMap((value) => (Array.isArray(value) ? nodesIn(value) : isNode(value) ? [value] : []));
}

/** A node and everything below it; a node for which `enter` is false is given, but what is below it is not. */
export function* descendants(
  node: ExpressionNode,
  enter: (node: ExpressionNode) => boolean = () => true,
): Generator<ExpressionNode> {
  yield node;
  if (!enter(node)) return;
  for (const child of childNodes(node)) yield* descendants(child, enter);
}

/** The oid of the function that a node calls, by name or as an operator; null for other nodes. */
export function calledRoutine(node: ExpressionNode): number | null {
  const { funcid, opfuncid } = node.fields;
  const oid = Number(funcid ?? opfuncid ?? 0);
  return oid > 0 ? oid : null;
}
