import { quoteName } from '../../sql/quote-name.ts';
import type { Rule } from '../rule.ts';

/** Only a setting for all schemas takes PostgreSQL's own default away; one for a schema can but add. */
export const defaultExecuteToPublic: Rule = {
  id: 'default-execute-to-public',
  severity: 'warning',
  title: 'Execute is revoked from public by default',
  why: 'PostgreSQL lets everybody execute a new function. Revoked once by default, a function that is forgotten stays closed.',
  find: ({ routines, defaultGrants }) =>
    [...new Set(routines.map(({ owner }) => owner))]
      .filter((owner) => {
        const set = defaultGrants.find(
          (d) => d.owner === owner && d.schema === null && d.objects === 'functions',
        );
        return !set || set.grants.some(({ grantee }) => grantee === 'public');
      })
      .map((owner) => ({
        object: `default privileges of ${owner}`,
        message: `Everybody may execute what ${owner} creates next.`,
        mend: `alter default privileges for role ${quoteName(owner)} revoke execute on functions from public;`,
      })),
};
