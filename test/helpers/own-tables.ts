import { readFileSync } from 'node:fs';

/** By table, what each role can reach of it, in the words of reachOf. */
const OWN: Record<string, Record<string, string[]>> = JSON.parse(
  readFileSync(new URL('../db/own-tables.json', import.meta.url), 'utf8'),
);

/** The tables of one's own, beside those of the accounts: test/db/own-tables.json, to which `npm run new` adds. */
export const ownTables = (): string[] => Object.keys(OWN);

/** What a role can reach of them. */
export const reachOfOwnTables = (role: string): string[] =>
  Object.values(OWN).flatMap((reach) => reach[role] ?? []);
