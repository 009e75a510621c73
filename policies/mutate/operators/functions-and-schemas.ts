import { hasRole } from '../../catalogue/rights.ts';
import type { Catalogue } from '../../catalogue/types.ts';
import { quoteName } from '../../sql/quote-name.ts';
import type { MakeMutants, Mutant } from '../mutant.ts';

/** `public`, and each role that lacks it; nobody where all have it. */
function widerTo({ webRoles }: Catalogue, has: string[]): string[] {
  const lacking = webRoles.filter((role) => !has.includes(role));
  return lacking.length === 0 ? [] : ['public', ...lacking];
}

const thoseWith = (catalogue: Catalogue, grantee: string): string[] =>
  catalogue.webRoles.filter((role) => hasRole(catalogue, role, grantee));

/** Functions that everybody, or a role that may not, can call. */
export const grantedFunctions: MakeMutants = (catalogue) =>
  catalogue.routines.flatMap((routine) =>
    widerTo(catalogue, routine.executableBy).map((grantee): Mutant => {
      const executableBy = [...new Set([...routine.executableBy, ...thoseWith(catalogue, grantee)])];
      const refused = executableBy.filter((role) => !routine.executableBy.includes(role));
      return {
        id: `grant execute: ${routine.name} to ${grantee}`,
        operator: 'grant execute',
        object: `missing grant of execute on ${routine.name} to ${grantee}`,
        sql: `grant execute on ${routine.kind} ${routine.name} to ${grantee === 'public' ? 'public' : quoteName(grantee)}`,
        wouldKill: `${refused.join(' or ')} is refused a call of ${routine.name}`,
        target: routine.name,
        after: { routine: { ...routine, executableBy } },
      };
    }),
  );

/** Schemas that a role which may not can enter. */
export const grantedSchemas: MakeMutants = (catalogue) =>
  catalogue.schemas.flatMap((schema) =>
    widerTo(catalogue, schema.usableBy).map((grantee): Mutant => {
      const usableBy = [...new Set([...schema.usableBy, ...thoseWith(catalogue, grantee)])];
      const refused = usableBy.filter((role) => !schema.usableBy.includes(role));
      const schemas = catalogue.schemas.map((other) => (other === schema ? { ...schema, usableBy } : other));
      return {
        id: `grant usage: ${schema.name} to ${grantee}`,
        operator: 'grant usage',
        object: `missing grant of usage on schema ${schema.name} to ${grantee}`,
        sql: `grant usage on schema ${quoteName(schema.name)} to ${grantee === 'public' ? 'public' : quoteName(grantee)}`,
        wouldKill: `${refused.join(' or ')} is refused what schema ${schema.name} holds`,
        target: schema.name,
        after: { catalogue: { ...catalogue, schemas } },
      };
    }),
  );
