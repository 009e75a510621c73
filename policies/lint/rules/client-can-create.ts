import { requestRoles } from '../../catalogue/rights.ts';
import { quoteName } from '../../sql/quote-name.ts';
import type { Rule } from '../rule.ts';

/** Where everybody may create, grant-to-public says so. */
export const clientCanCreate: Rule = {
  id: 'client-can-create',
  severity: 'error',
  title: 'No role of requests may create anything in a schema',
  why: 'Who can put a function or table into a schema on somebody’s search_path has their code run by that somebody (CVE-2018-1058).',
  find: (catalogue) =>
    catalogue.schemas.flatMap(({ name, label, grants }) =>
      requestRoles(catalogue)
        .filter((role) => grants.some(({ grantee, privilege }) => grantee === role && privilege === 'create'))
        .map((role) => ({
          object: label,
          message: `${role} may create tables and functions in ${name}.`,
          mend: `revoke create on schema ${quoteName(name)} from ${quoteName(role)};`,
        })),
    ),
};
