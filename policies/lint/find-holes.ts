import type { ClientBase } from 'pg';
import type { ScopeOptions } from '../catalogue/choose-scope.ts';
import { readCatalogue } from '../catalogue/read-catalogue.ts';
import type { Catalogue } from '../catalogue/types.ts';
import { readActs } from '../migrations/read-acts.ts';
import type { MigrationFile } from '../migrations/read-migrations.ts';
import type { Finding, Rule } from './rule.ts';
import { rules } from './rules.ts';

export type LintOptions = ScopeOptions & {
  /** The role of requests without a session; by default the first of the usual names that is a role looked at. */
  anonymousRole?: string | undefined;
  /** The migrations, in their order; without them the rules on order find nothing. */
  migrations?: MigrationFile[];
  /** Which rules to ask; by default all. */
  rules?: Rule[];
};

const usualNames = ['anonymous', 'anon', 'web_anon', 'guest', 'visitor'];

/** Asks every rule what it finds. Needs no more than a login: see readCatalogue. */
export async function findHoles(
  client: ClientBase,
  options: LintOptions = {},
): Promise<{ findings: Finding[]; catalogue: Catalogue }> {
  const catalogue = await readCatalogue(client, options);
  const context = {
    anonymousRole:
      options.anonymousRole ?? usualNames.find((name) => catalogue.webRoles.includes(name)) ?? null,
    acts: readActs(options.migrations ?? [], catalogue.relations),
  };
  const findings = (options.rules ?? rules).flatMap(({ find, id, ...rule }) =>
    find(catalogue, context).map((found) => ({ rule: id, ...rule, ...found })),
  );
  return { findings, catalogue };
}
