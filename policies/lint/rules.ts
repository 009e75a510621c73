import type { Rule } from './rule.ts';
import { childWithoutRls } from './rules/child-without-rls.ts';
import { clientCanCreate } from './rules/client-can-create.ts';
import { defaultExecuteToPublic } from './rules/default-execute-to-public.ts';
import { defaultGrant } from './rules/default-grant.ts';
import { definerForAnonymous } from './rules/definer-for-anonymous.ts';
import { definerUnsafeSearchPath } from './rules/definer-unsafe-search-path.ts';
import { definerWithoutSearchPath } from './rules/definer-without-search-path.ts';
import { foreignKeyWithoutIndex } from './rules/foreign-key-without-index.ts';
import { foreignKeyWithoutOnDelete } from './rules/foreign-key-without-on-delete.ts';
import { grantBeyondRls } from './rules/grant-beyond-rls.ts';
import { grantToPublic } from './rules/grant-to-public.ts';
import { grantWithoutPolicy } from './rules/grant-without-policy.ts';
import { nameInApi } from './rules/name-in-api.ts';
import { namePluralTable } from './rules/name-plural-table.ts';
import { namePolicy } from './rules/name-policy.ts';
import { nameSnakeCase } from './rules/name-snake-case.ts';
import { nameTrigger } from './rules/name-trigger.ts';
import { nameTriggerFunction } from './rules/name-trigger-function.ts';
import { omitAsPermission } from './rules/omit-as-permission.ts';
import { ownerWithoutForce } from './rules/owner-without-force.ts';
import { policyAlwaysTrue } from './rules/policy-always-true.ts';
import { policyBeforeGrant } from './rules/policy-before-grant.ts';
import { policyCallOnRow } from './rules/policy-call-on-row.ts';
import { policyCallPerRow } from './rules/policy-call-per-row.ts';
import { policyUnindexedColumn } from './rules/policy-unindexed-column.ts';
import { policyVolatileCall } from './rules/policy-volatile-call.ts';
import { policyWithoutRls } from './rules/policy-without-rls.ts';
import { relationOutsideRls } from './rules/relation-outside-rls.ts';
import { restrictiveBindsMembers } from './rules/restrictive-binds-members.ts';
import { rlsBeforeGrant } from './rules/rls-before-grant.ts';
import { roleEscapesPolicies } from './rules/role-escapes-policies.ts';
import { selectGrantWithColumns } from './rules/select-grant-with-columns.ts';
import { strictWithDefault } from './rules/strict-with-default.ts';
import { tableWithoutPolicy } from './rules/table-without-policy.ts';
import { tableWithoutRls } from './rules/table-without-rls.ts';
import { unloggedWithoutRls } from './rules/unlogged-without-rls.ts';
import { updateWithoutCheck } from './rules/update-without-check.ts';
import { viewWithoutInvoker } from './rules/view-without-invoker.ts';
import { writeGrantWithoutColumns } from './rules/write-grant-without-columns.ts';

/** Every rule, in the order in which findings are shown. */
export const rules: Rule[] = [
  tableWithoutRls,
  childWithoutRls,
  unloggedWithoutRls,
  policyWithoutRls,
  tableWithoutPolicy,
  grantWithoutPolicy,
  viewWithoutInvoker,
  relationOutsideRls,
  ownerWithoutForce,
  roleEscapesPolicies,
  policyAlwaysTrue,
  updateWithoutCheck,
  restrictiveBindsMembers,
  policyVolatileCall,
  policyCallPerRow,
  policyCallOnRow,
  policyUnindexedColumn,
  grantToPublic,
  defaultExecuteToPublic,
  defaultGrant,
  selectGrantWithColumns,
  writeGrantWithoutColumns,
  grantBeyondRls,
  clientCanCreate,
  omitAsPermission,
  definerWithoutSearchPath,
  definerUnsafeSearchPath,
  definerForAnonymous,
  strictWithDefault,
  foreignKeyWithoutIndex,
  foreignKeyWithoutOnDelete,
  policyBeforeGrant,
  rlsBeforeGrant,
  nameInApi,
  nameSnakeCase,
  namePluralTable,
  namePolicy,
  nameTrigger,
  nameTriggerFunction,
];
