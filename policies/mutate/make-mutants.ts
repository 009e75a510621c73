import type { Catalogue } from '../catalogue/types.ts';
import type { Mutant } from './mutant.ts';
import { grantedFunctions, grantedSchemas } from './operators/functions-and-schemas.ts';
import { policyMutants } from './operators/policies.ts';
import { disabledRls, grantedCommands, widenedColumns } from './operators/tables.ts';

/** Every way in which this program knows to break a policy, a grant, or a missing grant. */
export function makeMutants(catalogue: Catalogue): Mutant[] {
  const operators = [
    policyMutants,
    disabledRls,
    widenedColumns,
    grantedCommands,
    grantedFunctions,
    grantedSchemas,
  ];
  return operators.flatMap((operator) => operator(catalogue));
}
