const literal = `'(?:''|[^'])*'`;
const dollarQuoted = String.raw`\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$`;
const quotedName = `"(?:""|[^"])*"`;
const newKeyword = String.raw`"(?<keyword>json\w*|merge_action|system_user)"`;
const name = String.raw`(?:${quotedName}|\w+)`;
const aliased = String.raw`(?<target>\b(?:UPDATE|DELETE FROM|MERGE INTO)(?: ONLY)? ${name}(?:\.${name})?) AS (?=["\w])`;

const newKeywords = new RegExp([literal, dollarQuoted, newKeyword, quotedName].join('|'), 'g');
const aliases = new RegExp([literal, dollarQuoted, aliased, quotedName].join('|'), 'g');

/**
 * Gives a statement the same text on every version. The quotes go from names that became key words between
 * PostgreSQL 15 and 18, such as `"json"`, and so does the `as` with which version 15 names the target of an update.
 * Literals and the bodies of functions are passed over, so they stay as they are.
 */
export function normaliseStatement(sql: string): string {
  return sql
    .replaceAll(newKeywords, (text, ...rest) => rest.at(-1).keyword ?? text)
    .replaceAll(aliases, (text, ...rest) => (rest.at(-1).target ? `${rest.at(-1).target} ` : text));
}
