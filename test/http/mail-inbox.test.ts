import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { makeMailInbox } from '../../worker/mail-inbox.ts';
import { useServer } from '../helpers/server.ts';

describe('the inbox of development', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rowgate-inbox-'));
  const server = useServer({ DATA_DIR: dataDir });
  const inbox = makeMailInbox(server.config);
  afterAll(() => rmSync(dataDir, { recursive: true }));

  it('can show the mails that are left when others are pruned while they are listed, and what is no mail', async () => {
    await inbox.add({ to: 'ada@example.com', subject: 'Kept', text: 'Hello', html: '<p>Hello</p>' });
    const folder = join(dataDir, 'mail');
    // Is listed, and then is not there.
    symlinkSync(join(folder, 'pruned'), join(folder, '00000000000000001-pruned.json'));
    symlinkSync(join(folder, 'pruned'), join(folder, '99999999999999999-pruned.json'));
    mkdirSync(join(folder, '5-folder.json'));
    for (const [index, text] of ['', '{', 'null', '[]', '{"id":1}'].entries())
      writeFileSync(join(folder, `6-${index}.json`), text);

    const client = server.client();
    expect((await client.request('get', '/dev/mail.json').expect(200)).body).toMatchObject([
      { subject: 'Kept' },
    ]);
    expect((await client.request('get', '/dev/mail').expect(200)).text).toContain('Kept');
    expect((await client.request('get', '/dev/mail?id=99999999999999999-pruned').expect(200)).text).toContain(
      'no such mail',
    );
    await client.request('get', '/').expect(200);
  });

  it('can be read while a hundred mails come and as many are pruned', async () => {
    const client = server.client();
    const mail = { to: 'ada@example.com', subject: 'Many', text: 'Hello', html: '<p>Hello</p>' };
    await Promise.all(Array.from({ length: 200 }, () => inbox.add(mail)));
    const adding = Promise.all(Array.from({ length: 100 }, () => inbox.add(mail)));
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await client.request('get', '/dev/mail.json')).status),
    );
    await adding;
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await inbox.list()).length).toBeGreaterThan(150);
  });
});
