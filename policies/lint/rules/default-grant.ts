import { requestRoles } from '../../catalogue/rights.ts';
import { quoteName } from '../../sql/quote-name.ts';
import { roleName } from '../mend.ts';
import type { Rule } from '../rule.ts';

/** What public may execute by default in all schemas is default-execute-to-public's. */
export const defaultGrant: Rule = {
  id: 'default-grant',
  severity: 'error',
  title: 'No role of requests is granted a table or function by default',
  why: 'The grant holds from the moment the table is created: before row-level security is enabled, before there is a policy, for every column. A grant is written by name, below the policies.',
  find: (catalogue) =>
    catalogue.defaultGrants
      .filter(({ schema }) => schema === null || catalogue.schemas.some(({ name }) => name === schema))
      .flatMap(({ owner, schema, objects, grants }) => {
        const grantees = [
          ...requestRoles(catalogue),
          ...(schema || objects === 'tables' ? ['public'] : []),
        ].filter((role) => grants.some(({ grantee }) => grantee === role));
        const inSchema = schema ? ` in schema ${quoteName(schema)}` : '';
        return grantees.map((grantee) => ({
          object: `default privileges of ${owner}${inSchema}`,
          message: `${objects[0]!.toUpperCase()}${objects.slice(1)} that ${owner} creates${inSchema} are granted to ${grantee} at once.`,
          mend: `alter default privileges for role ${quoteName(owner)}${inSchema} revoke all on ${objects} from ${roleName(grantee)};`,
        }));
      }),
};
