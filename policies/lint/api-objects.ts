import type { ApiFunction, ApiObjects, ApiTable } from '../../src/graphile/api-names/model.ts';
import { COMMANDS, mayCall, usableRight } from '../catalogue/rights.ts';
import type { Catalogue, Relation, Routine } from '../catalogue/types.ts';
import { quoteName } from '../sql/quote-name.ts';
import { hidingTags } from './smart-tags.ts';

/** What each schema gives to an API that is made of it. */
export function apiObjects(catalogue: Catalogue): ApiObjects[] {
  return catalogue.schemas.map(({ name: schema }) => {
    const relations = catalogue.relations.filter((one) => one.schema === schema && one.kind !== 'sequence');
    const routines = catalogue.routines.filter((one) => one.schema === schema && !one.isTrigger);
    const tables = relations.map((relation) => toTable(catalogue, relation));
    const functions = routines.map((routine) => toFunction(catalogue, routine, relations));
    const isReachable = [...tables, ...functions].some((one) => one.isReachable);
    const types = catalogue.dataTypes
      .filter((one) => one.schema === schema)
      .map(({ label, ownName, comment, enumLabels }) => ({
        label,
        name: ownName,
        tags: nameTags(comment),
        enumLabels,
        isReachable,
      }));
    return { tables, types, functions };
  });
}

function toTable(catalogue: Catalogue, relation: Relation): ApiTable {
  const hidden = hidingTags(relation.comment).flatMap(({ hides }) => hides);
  const commands = new Set(
    COMMANDS.filter(
      (command) =>
        !hidden.includes(command) &&
        catalogue.webRoles.some((role) => usableRight(catalogue, relation, role, command)),
    ),
  );
  const isReachable = commands.size > 0;
  return {
    label: relation.label.replace(/^partitioned /, ''),
    name: relation.ownName,
    tags: nameTags(relation.comment),
    isReachable,
    commands,
    columns: relation.columns.map(({ label, name, comment }) => ({
      label,
      name,
      tags: nameTags(comment),
      isReachable,
    })),
    foreignKeys: relation.foreignKeys.map(({ name, columns, comment }) => ({
      label: `constraint ${quoteName(name)} on ${relation.name}`,
      name,
      tags: nameTags(comment),
      isReachable,
      columns,
    })),
    uniqueKeys: relation.indexes.flatMap(({ isUniqueConstraint, columns }) =>
      isUniqueConstraint ? [columns.filter((column) => column !== null)] : [],
    ),
  };
}

function toFunction(catalogue: Catalogue, routine: Routine, relations: Relation[]): ApiFunction {
  const [first = ''] = argumentTypes(routine);
  return {
    label: routine.label,
    name: routine.ownName,
    tags: nameTags(routine.comment),
    isReachable: catalogue.webRoles.some((role) => mayCall(catalogue, routine, role)),
    isMutation: routine.volatility === 'volatile',
    ofTable: relations.find(({ name }) => name === first)?.ownName ?? null,
    argumentNames: argumentNames(routine),
  };
}

const argumentTypes = ({ name }: Routine) => name.slice(name.indexOf('(') + 1, -1).split(', ');

/** An argument is listed as its name, if it has one, and its type. */
function argumentNames(routine: Routine): string[] {
  const types = argumentTypes(routine);
  return routine.arguments.split(', ').map((argument, index) => {
    const type = types[index] ?? '';
    const name = argument.endsWith(type) ? argument.slice(0, argument.length - type.length) : '';
    return name.replace(/^variadic /, '').trim();
  });
}

/** The tags of a comment that name its object in the API. */
function nameTags(comment: string | null): { name?: string; fieldName?: string } {
  const lines = (comment ?? '').matchAll(/^\s*@(name|fieldName)\s+(\S+)\s*$/gm);
  return Object.fromEntries([...lines].map(([, tag, value]) => [tag, value]));
}

/** The comment of an object, for SQL that adds a tag to it. */
export function commentOf(catalogue: Catalogue, label: string): string | null {
  const { relations, routines, dataTypes } = catalogue;
  const commented = [
    ...relations.map((relation) => ({ ...relation, label: relation.label.replace(/^partitioned /, '') })),
    ...relations.flatMap(({ columns }) => columns),
    ...relations.flatMap(({ name, foreignKeys }) =>
      foreignKeys.map((key) => ({ ...key, label: `constraint ${quoteName(key.name)} on ${name}` })),
    ),
    ...routines,
    ...dataTypes,
  ];
  return commented.find((one) => one.label === label)?.comment ?? null;
}
