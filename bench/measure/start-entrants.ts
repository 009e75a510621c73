import { startContestant } from '../contestants/contestant-process.ts';
import type { Contestant } from '../contestants/contestants.ts';
import type { ContestantSettings } from '../contestants/settings.ts';
import type { Account, PostIds } from '../database/accounts.ts';
import type { Entrant } from './entrant.ts';
import { logInEverybody } from './log-in-everybody.ts';

export type StartOptions = {
  settings: ContestantSettings;
  accounts: Account[];
  postIds: PostIds;
  /** Where their output goes. */
  folder: string;
  onStart: (contestant: Contestant) => void;
};

/** Starts contestants one after the other, and logs everybody in. They are handed on as they start, to be stopped. */
export async function startEntrants(
  contestants: readonly Contestant[],
  entrants: Entrant[],
  { settings, accounts, postIds, folder, onStart }: StartOptions,
): Promise<void> {
  for (const contestant of contestants) {
    onStart(contestant);
    const process = await startContestant(contestant, settings, { folder });
    const entrant: Entrant = { process, clients: { requests: () => [] } };
    entrants.push(entrant);
    entrant.clients = await logInEverybody(contestant, process.url, accounts, postIds);
  }
}
