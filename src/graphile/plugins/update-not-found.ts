import { type Step, sideEffect } from 'postgraphile/grafast';
import { wrapPlans } from 'postgraphile/utils';
import { CodedError } from '../error-codes.ts';

type Payload = Step & { get(name: 'result'): Step };

/** Answers NOT_FOUND, as a deletion does, where an update finds no row that its user may change. */
export const UpdateNotFoundPlugin = wrapPlans(
  ({ scope }) => (scope.isPgUpdateMutation ? scope : null),
  () => (plan) => {
    const $payload = plan() as Payload;
    sideEffect($payload.get('result'), (row) => {
      if (row === null) throw new CodedError('NOT_FOUND');
    });
    return $payload;
  },
);
