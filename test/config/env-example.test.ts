import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { readConfig, SETTINGS } from '../../src/config.ts';

describe('.env.example', () => {
  const read = async () => readFile(new URL('../../.env.example', import.meta.url), 'utf8');
  const examples = (text: string) =>
    [...text.matchAll(/^# ([A-Z][A-Z_]+)=(.*)$/gm)].map(
      ([, name, value]) => [name, value] as [string, string],
    );

  it('can tell every setting, each once, and none that does not exist', async () => {
    const names = examples(await read()).map(([name]) => name);
    expect(names.toSorted()).toEqual(SETTINGS.toSorted());
  });

  it('can be copied as it is: all of it is commented out, and what it shows as a default is the default', async () => {
    const text = await read();
    expect(parseEnv(text)).toEqual({});
    const needsAServer = /^(DATABASE_|ROOT_DATABASE|SHADOW|REDIS_URL|SMTP_URL|QUERY_LIMITS)/;
    const shown = Object.fromEntries(examples(text).filter(([name]) => !needsAServer.test(name)));
    expect(readConfig(shown)).toEqual(readConfig({}));
  });
});
