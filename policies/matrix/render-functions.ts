import { mayCall } from '../catalogue/rights.ts';
import type { Catalogue, Routine } from '../catalogue/types.ts';
import { bullets, code, markdownTable, NONE } from './markdown.ts';

/** The functions by schema, and which role may call which. Trigger functions are called by no query. */
export function renderFunctions(catalogue: Catalogue): string[] {
  const callable = catalogue.routines.filter(({ isTrigger }) => !isTrigger);
  const open = callable.filter((routine) =>
    catalogue.webRoles.some((role) => mayCall(catalogue, routine, role)),
  );
  const closed = callable.filter((routine) => !open.includes(routine));
  return [
    ...[...Map.groupBy(open, ({ schema }) => schema)].flatMap(([schema, routines]) => [
      `### Functions of ${schema}`,
      renderSchema(catalogue, routines),
    ]),
    ...(closed.length > 0
      ? ['### Functions that none of these roles may call', bullets(closed.map(({ name }) => name))]
      : []),
  ];
}

function renderSchema(catalogue: Catalogue, routines: Routine[]): string {
  return markdownTable(
    ['function', ...catalogue.webRoles, 'runs as'],
    routines.map((routine) => [
      code(`${routine.ownName}(${routine.arguments})`),
      ...catalogue.webRoles.map((role) => (mayCall(catalogue, routine, role) ? 'yes' : NONE)),
      routine.isDefiner ? 'its owner' : 'the caller',
    ]),
  );
}
