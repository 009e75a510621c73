import { ByteBudget } from '../database/byte-budget.ts';
import type { QueryLimits } from '../query-limits/query-limits.ts';
import { CodedError } from './error-codes.ts';

/** The error of a request whose answer is larger than it may be. */
export const tooLarge = ({ kilobytes }: Pick<QueryLimits, 'kilobytes'>): CodedError =>
  new CodedError(
    'QUERY_TOO_COMPLEX',
    `The answer is larger than ${kilobytes} kB. Ask for fewer rows or fields at a time.`,
  );

/** What the database may send for one answer. */
export const makeAnswerBudget = (limits: Pick<QueryLimits, 'kilobytes'>): ByteBudget =>
  new ByteBudget(limits.kilobytes * 1000, () => tooLarge(limits));
