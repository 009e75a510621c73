import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { DCLinter } from 'dclint';

const composeFile = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url));

/** What the compose specification's schema, and rules about mistakes rather than style, have to say. */
function complaints(file: string): string[] {
  const style = [
    'require-project-name-field',
    'service-dependencies-alphabetical-order',
    'service-keys-order',
    'service-ports-alphabetical-order',
    'services-alphabetical-order',
    'top-level-properties-order',
    'require-quotes-in-ports',
    'no-quotes-in-volumes',
    // The proxy is there for everybody.
    'no-unbound-port-interfaces',
  ];
  const rules = Object.fromEntries(style.map((rule) => [rule, 0 as const]));
  const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
  const files: { messages: { rule: string; message: string }[] }[] = linter.lintFiles([file], false);
  return files.flatMap(({ messages }) => messages.map(({ rule, message }) => `${rule}: ${message}`));
}

describe('docker-compose.yml', () => {
  it('cannot differ from the compose specification', () => {
    expect(complaints(composeFile)).toEqual([]);
  });

  it('cannot be changed into something that Compose does not know without a complaint', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rowgate-compose-'));
    try {
      const text = await readFile(composeFile, 'utf8');
      for (const [before, after] of [
        ['restart: unless-stopped', 'restarts: unless-stopped'],
        ['retries: 15', 'retries: {}'],
        ['deploy: { replicas: 2 }', 'deploy: { replica: 2 }'],
        ['condition: service_healthy', 'condition: healthy'],
      ] as const) {
        expect(text).toContain(before);
        await writeFile(join(folder, 'docker-compose.yml'), text.replace(before, after));
        expect(complaints(join(folder, 'docker-compose.yml')).join()).toContain('invalid-schema');
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
