import type { ContestantProcess } from '../contestants/contestant-process.ts';
import type { Clients } from './log-in-everybody.ts';

/** A contestant that runs, with clients that are logged in. */
export type Entrant = { process: ContestantProcess; clients: Clients };
