import type { Circumstances } from './circumstances.ts';
import type { MemoryResult } from './measure/measure-memory.ts';
import type { ContestResult } from './measure/run-contest.ts';
import type { RlsResult } from './rls/measure-rls.ts';
import type { StartUpResult } from './start-up/measure-start-up.ts';

/** All that a run has measured; what it left out is null. */
export type Results = {
  circumstances: Circumstances;
  contest: ContestResult;
  memory: MemoryResult | null;
  rls: RlsResult | null;
  startUp: StartUpResult | null;
};
