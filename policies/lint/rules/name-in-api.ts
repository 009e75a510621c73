import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import { buildInflection } from 'postgraphile/graphile-build';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { findHidden } from '../../../src/graphile/api-names/find-hidden.ts';
import {
  describeRename,
  describeRenamedLabels,
  findRenamedLabels,
  findRenames,
  type RenamedLabels,
} from '../../../src/graphile/api-names/find-renames.ts';
import { type Inflectors, type Rename, toInflectors } from '../../../src/graphile/api-names/model.ts';
import type { Catalogue } from '../../catalogue/types.ts';
import { quoteLiteral } from '../../sql/quote-name.ts';
import { apiObjects, commentOf } from '../api-objects.ts';
import type { Found, Rule } from '../rule.ts';

export const nameInApi: Rule = {
  id: 'name-in-api',
  severity: 'warning',
  title: 'The API can use the names of its tables, columns, types and functions',
  why: 'GraphQL has a type Query, and no value in-progress: such an object gets another name in the API, which its clients have to be told. Rename it, or say in its comment that the name is meant.',
  find: (catalogue) =>
    apiObjects(catalogue).flatMap((objects) => [
      ...findHidden(objects, inflectors())
        .filter(({ object }) => object.isReachable)
        .map(({ object, message }) => ({ object: object.label, message, mend: null })),
      ...findRenames(objects, inflectors())
        .filter(({ object }) => object.isReachable)
        .map((rename) => ofRename(catalogue, rename)),
      ...findRenamedLabels(objects)
        .filter(({ type }) => type.isReachable)
        .map(ofLabels),
    ]),
};

let known: Inflectors | undefined;

/** As the server makes names. */
function inflectors(): Inflectors {
  known ??= toInflectors(buildInflection({ extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset] }));
  return known;
}

function ofRename(catalogue: Catalogue, rename: Rename): Found {
  const { label } = rename.object;
  const tag = `@${rename.tag.name} ${rename.tag.value}`;
  const comment = commentOf(catalogue, label);
  return {
    object: label,
    message: describeRename(rename),
    mend: `comment on ${label} is ${quoteLiteral(comment ? `${tag}\n${comment}` : tag)};`,
  };
}

function ofLabels(renamed: RenamedLabels): Found {
  const { label } = renamed.type;
  return {
    object: label,
    message: describeRenamedLabels(renamed),
    mend: [...renamed.values]
      .map(([from, to]) => `alter ${label} rename value ${quoteLiteral(from)} to ${quoteLiteral(to)};`)
      .join('\n'),
  };
}
