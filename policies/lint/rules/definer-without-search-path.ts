import type { Rule } from '../rule.ts';
import { searchPath, setSearchPath } from '../search-path.ts';

export const definerWithoutSearchPath: Rule = {
  id: 'definer-without-search-path',
  severity: 'error',
  title: 'Every security definer function sets its search_path',
  why: 'Without it the caller chooses what the names in the body mean, and their table, function or operator runs with the owner’s rights (CVE-2018-1058).',
  find: (catalogue) =>
    catalogue.routines
      .filter((routine) => routine.isDefiner && searchPath(routine) === null)
      .map((routine) => ({
        object: routine.label,
        message: `${routine.name} runs as ${routine.owner}, under the search_path of whoever calls it.`,
        mend: setSearchPath(catalogue, routine, [routine.schema]),
      })),
};
