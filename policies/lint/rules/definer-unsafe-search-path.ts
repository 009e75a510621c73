import type { Rule } from '../rule.ts';
import { searchPath, setSearchPath } from '../search-path.ts';

/** An empty path is as good: then only names with a schema are found. */
export const definerUnsafeSearchPath: Rule = {
  id: 'definer-unsafe-search-path',
  severity: 'error',
  title:
    'The search_path of a definer function ends in pg_temp and holds no schema in which a client may create',
  why: 'PostgreSQL looks for tables in pg_temp first unless the path names it later, and everybody may create temporary tables.',
  find: (catalogue) =>
    catalogue.routines.flatMap((routine) => {
      const path = searchPath(routine);
      if (!routine.isDefiner || path === null || path.length === 0) return [];
      const open = path.filter((schema) => catalogue.writableSchemas.includes(schema));
      const problems = [
        ...(path.at(-1) === 'pg_temp' ? [] : ['does not end in pg_temp']),
        ...(open.length === 0 ? [] : [`holds ${open.join(', ')}, where clients may create`]),
      ];
      if (problems.length === 0) return [];
      return {
        object: routine.label,
        message: `${routine.name} runs as ${routine.owner}, and its search_path (${path.join(', ')}) ${problems.join(' and ')}.`,
        mend: setSearchPath(catalogue, routine, path),
      };
    }),
};
