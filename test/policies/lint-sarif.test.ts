import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { policies } from './policies-command.ts';
import { useTransaction } from './use-transaction.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowgate-lint-'));
});
afterAll(() => rm(folder, { recursive: true }));

const session = useTransaction();

/** What SARIF 2.1.0 requires of the parts used here, and no property that it does not know. */
const text = z.strictObject({ text: z.string().min(1) });
const level = z.enum(['error', 'warning', 'note']);
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              shortDescription: text,
              fullDescription: text,
              help: text,
              defaultConfiguration: z.strictObject({ level }),
              properties: z.record(z.string(), z.unknown()),
            }),
          ),
        }),
      }),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().min(0),
          level,
          message: text,
          locations: z.tuple([
            z.strictObject({
              physicalLocation: z.strictObject({
                artifactLocation: z.strictObject({ uri: z.string().min(1) }),
                region: z.strictObject({ startLine: z.int().min(1) }),
              }),
              logicalLocations: z.tuple([z.strictObject({ fullyQualifiedName: z.string() })]),
            }),
          ]),
          partialFingerprints: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ]),
});

test('findings can be had as SARIF, each at the migration that defines its object', async () => {
  const file = join(folder, 'findings.sarif');
  const nothingAllowed = join(folder, 'no-such-file.json');
  const { database } = session;
  await policies(database.authenticator, 'lint', '--allowed', nothingAllowed, '--sarif', file);
  const { results, tool } = sarif.parse(JSON.parse(await readFile(file, 'utf8'))).runs[0];
  for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);

  const places = results.map(({ locations: [{ physicalLocation, logicalLocations }] }) => ({
    object: logicalLocations[0].fullyQualifiedName,
    ...physicalLocation,
  }));
  for (const [object, statement] of [
    ['policy select_all on app_public.users', 'create policy select_all on app_public.users'],
    ['function app_public.login(text, text)', 'create or replace function app_public.login('],
    ['table app_private.settings', 'create table app_private.settings ('],
    ['grant to anonymous on app_public.sessions', 'grant select on app_public.sessions to anonymous'],
  ]) {
    const place = places.find((candidate) => candidate.object === object)!;
    const lines = (await readFile(place.artifactLocation.uri, 'utf8')).split('\n');
    expect(lines[place.region.startLine - 1]).toContain(statement);
  }
});
