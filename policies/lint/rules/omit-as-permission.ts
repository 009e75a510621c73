import { COMMANDS, mayCall, usableRight } from '../../catalogue/rights.ts';
import type { Catalogue, Relation, Routine } from '../../catalogue/types.ts';
import { quoteLiteral, quoteName, quoteNames } from '../../sql/quote-name.ts';
import type { Found, Rule } from '../rule.ts';
import { hidingTags, withoutTags } from '../smart-tags.ts';

export const omitAsPermission: Rule = {
  id: 'omit-as-permission',
  severity: 'warning',
  title: '`@omit` and behaviours shape the API; they are no permission',
  why: 'What a tag hides from GraphQL the role still may do: through a function, another field, or the next tool on the same database. If it shall not, it must not be granted; if it may, hiding it protects nothing.',
  find: (catalogue) => [
    ...catalogue.relations.flatMap((relation) =>
      [onTable(catalogue, relation), onColumns(catalogue, relation)].flat(),
    ),
    ...catalogue.routines.flatMap((routine) => onRoutine(catalogue, routine)),
  ],
};

function onTable(catalogue: Catalogue, relation: Relation): Found[] {
  const hidden = hidingTags(relation.comment).flatMap(({ hides }) => hides);
  const granted = COMMANDS.filter((command) => hidden.includes(command)).flatMap((command) => {
    const roles = catalogue.webRoles.filter((role) => usableRight(catalogue, relation, role, command));
    return roles.length > 0 ? [{ command, roles }] : [];
  });
  if (granted.length === 0) return [];
  const list = granted.map(({ command, roles }) => `${command} is granted to ${roles.join(', ')}`).join('; ');
  return [
    {
      object: relation.label,
      message: `A smart tag hides commands of ${relation.name} that are granted: ${list}.`,
      mend: granted
        .map(({ command, roles }) => `revoke ${command} on ${relation.name} from ${quoteNames(roles)};`)
        .join('\n'),
    },
  ];
}

/** A column that is to be secret belongs into a table of its own; the tag can only go. */
function onColumns(catalogue: Catalogue, relation: Relation): Found[] {
  return relation.columns.flatMap(({ name, label, comment }) => {
    const tags = hidingTags(comment).filter(({ hides }) => hides.includes('select'));
    const readers = catalogue.webRoles.filter((role) => {
      const right = usableRight(catalogue, relation, role, 'select');
      return right && (right.columns === 'all' || right.columns.includes(name));
    });
    if (tags.length === 0 || readers.length === 0 || comment === null) return [];
    const left = withoutTags(comment, tags);
    return {
      object: label,
      message: `A smart tag hides a column that ${readers.join(', ')} may read. If they shall not, move it into a table of its own, one to one; if they may:`,
      mend: `comment on column ${relation.name}.${quoteName(name)} is ${left === null ? 'null' : quoteLiteral(left)};`,
    };
  });
}

function onRoutine(catalogue: Catalogue, routine: Routine): Found[] {
  if (!hidingTags(routine.comment).some(({ hides }) => hides.includes('execute'))) return [];
  const callers = catalogue.webRoles.filter((role) => mayCall(catalogue, routine, role));
  if (callers.length === 0) return [];
  return [
    {
      object: routine.label,
      message: `A smart tag hides a function that ${callers.join(', ')} may execute. Put a helper into a schema that is not exposed; what they shall not call:`,
      mend: `revoke execute on ${routine.kind} ${routine.name} from public, ${quoteNames(callers)};`,
    },
  ];
}
