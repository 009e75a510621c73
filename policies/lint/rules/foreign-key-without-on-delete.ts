import { quoteName } from '../../sql/quote-name.ts';
import type { Rule } from '../rule.ts';

export const foreignKeyWithoutOnDelete: Rule = {
  id: 'foreign-key-without-on-delete',
  severity: 'warning',
  title: 'Every foreign key says what happens on delete',
  why: 'Whether rows go with what they belong to is a decision. Left out, the delete fails, perhaps first in production, perhaps when somebody asks for their account to be deleted.',
  find: ({ relations }) =>
    relations.flatMap((relation) =>
      relation.foreignKeys
        .filter(({ hasOnDelete }) => !hasOnDelete)
        .map(({ name, references, definition }) => ({
          object: `constraint ${name} on ${relation.name}`,
          message: `${name} refers to ${references} and does not say what happens when a row of it is deleted. This refuses, as now; cascade or set null may be what is meant.`,
          mend: `alter table ${relation.name} drop constraint ${quoteName(name)}, add constraint ${quoteName(name)} ${restricted(definition)};`,
        })),
    ),
};

/** `on delete` stands before what says when the key is checked. */
function restricted(definition: string): string {
  const [, key, rest] =
    /^(.*?)((?: (?:NOT )?(?:DEFERRABLE|VALID|ENFORCED)| INITIALLY \w+)*)$/s.exec(definition) ?? [];
  return `${key} on delete restrict${rest}`;
}
