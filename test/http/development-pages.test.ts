import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { Request, Response } from 'express';
import { requireOwnMachine } from '../../src/development/require-own-machine.ts';
import { makeMailInbox } from '../../worker/mail-inbox.ts';
import { useServer } from '../helpers/server.ts';

const dataDir = await mkdtemp(join(tmpdir(), 'rowgate-pages-'));
afterAll(() => rm(dataDir, { recursive: true }));

describe('development pages', () => {
  const server = useServer({ DATA_DIR: dataDir });
  const get = (path: string) => server.client().request('get', path);

  it.each([
    ['/', 'Start here'],
    ['/dev/mail', 'Mail'],
    ['/account/verify-email', 'Confirm your address'],
    ['/account/reset-password', 'Choose a new password'],
    ['/account/delete-account', 'Delete your account'],
  ])('can be read at %s', async (path, title) => {
    const { text, headers } = await get(path).expect(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).toContain(`<title>${title} – Rowgate</title>`);
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('can be read where they are compressed, as GraphiQL and its files are', async () => {
    for (const [path, content] of [
      ['/graphiql', 'RURU_CONFIG'],
      ['/ruru-static/ruru.css', '.graphiql-container'],
    ] as const) {
      const { text, headers } = await get(path).set('accept-encoding', 'br').expect(200);
      expect(headers['content-encoding']).toBe('br');
      expect(text).toContain(content);
    }
  });

  it('cannot run a script that is not a file of ours', async () => {
    for (const path of ['/', '/dev/mail', '/account/verify-email']) {
      const { text, headers } = await get(path);
      const policy = headers['content-security-policy'] as string;
      expect(policy).toMatch(/script-src 'self' 'nonce-[^']+';/);
      expect(policy).toContain("default-src 'none'");
      expect(text).not.toMatch(/<script(?! type="module" src="\/dev\/assets\/)|\son\w+=|javascript:/);
    }
  });

  it('cannot be read by another name of this machine, which a page of elsewhere may have given it', async () => {
    for (const path of ['/dev/mail.json', '/dev/mail', '/dev/act-as.json']) {
      const ask = (host: string) => get(path).set({ host, 'x-forwarded-host': 'localhost' });
      expect((await ask('rebound.example:5678').expect(403)).body.errors[0].extensions.code).toBe(
        'FORBIDDEN',
      );
      for (const host of ['localhost:5678', '127.0.0.1', '[::1]:5678']) await ask(host).expect(200);
    }
  });

  it('cannot be read from the network', async () => {
    for (const path of ['/dev/mail.json', '/dev/mail', '/dev/act-as.json']) {
      const ask = (forwarded: string) => get(path).set({ 'x-forwarded-for': forwarded });
      for (const forwarded of ['192.0.2.7', '127.0.0.1, 192.0.2.7', '127.evil.example', 'unknown', ''])
        expect((await ask(forwarded).expect(403)).body.errors[0].message).toMatch('not to the network');
      for (const forwarded of ['127.0.0.1', '::1, ::ffff:127.0.0.1']) await ask(forwarded).expect(200);
    }
  });

  it.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['192.0.2.7', false],
    ['::ffff:192.0.2.7', false],
    ['2001:db8::1', false],
    [undefined, false],
  ])('let in a connection from %s: %s', (remoteAddress, isLetIn) => {
    const next = jest.fn();
    const req = { socket: { remoteAddress }, get: () => undefined };
    requireOwnMachine(req as unknown as Request, {} as Response, next);
    expect(next.mock.calls[0]?.[0] === undefined).toBe(isLetIn);
  });

  it('cannot reach files beside its assets', async () => {
    await get('/dev/assets/style.css').expect(200);
    for (const path of ['/dev/assets/', '/dev/assets/../html.ts', '/dev/assets/%2e%2e/html.ts'])
      expect((await get(path).expect(404)).body.errors[0].extensions.code).toBe('NOT_FOUND');
  });

  describe('the mail inbox', () => {
    const inbox = makeMailInbox({ database: { ...server.config.database, dataDir } });
    const [early, late] = [
      { to: 'ada@example.com', subject: 'First', text: 'one', html: '<p>one</p>' },
      {
        to: '"<b>ada</b>"@example.com',
        subject: '<i>Second</i> & last',
        text: 'Go to https://example.com/#token=a_b-c. Not to javascript:alert(1) <b>',
        html: '<p title="x">two</p><script>alert(1)</script>',
      },
    ] as const;

    it('can list the mails, newest first, and those after a time', async () => {
      expect((await get('/dev/mail.json').expect(200)).body).toEqual([]);
      await inbox.add(early);
      const [first] = (await get('/dev/mail.json')).body;
      await inbox.add(late);

      const { body } = await get('/dev/mail.json');
      expect(body).toEqual([
        { ...late, sentAt: expect.stringMatching(/^\d{4}-.*Z$/) },
        { ...early, sentAt: first.sentAt },
      ]);
      expect((await get(`/dev/mail.json?after=${first.sentAt}`)).body).toEqual([body[0]]);
      expect((await get(`/dev/mail.json?after=${body[0].sentAt}`)).body).toEqual([]);
    });

    it('can show what is in a mail only as text, or in a frame without scripts', async () => {
      const [second] = await inbox.list();
      const { text } = await get(`/dev/mail?id=${second?.id}`);
      expect(text).toContain('<title>&lt;i&gt;Second&lt;/i&gt; &amp; last – Rowgate</title>');
      expect(text).toContain('to &quot;&lt;b&gt;ada&lt;/b&gt;&quot;@example.com');
      expect(text).toContain('srcdoc="&lt;p title=&quot;x&quot;&gt;two&lt;/p&gt;&lt;script&gt;');
      expect(text).toContain('sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"');
      expect(text).not.toMatch(/<b>|<i>|alert\(1\)<\/script>/);
    });

    it('can follow the addresses in plain text', async () => {
      const [second] = await inbox.list();
      const { text } = await get(`/dev/mail?id=${second?.id}&as=text`);
      expect(text).toContain(
        'Go to <a href="https://example.com/#token=a_b-c" target="_blank">https://example.com/#token=a_b-c</a>. Not to javascript:alert(1) &lt;b&gt;',
      );
    });

    it('can say that a mail is gone', async () => {
      const { text } = await get('/dev/mail?id=%3Cb%3E').expect(200);
      expect(text).toContain('There is no such mail (any more).');
      expect(text).not.toContain('<b>');
    });
  });
});

describe('the home page with a database and a mail server of one’s own', () => {
  const server = useServer({
    DATABASE_URL: 'postgres://authenticator:hunter2@db.example:6543/product',
    DATABASE_OWNER_URL: 'postgres://owner:hunter2@db.example:6543/product',
    SMTP_URL: 'smtp://mail-user:hunter2@smtp.example:2525',
    SESSION_SECRET: 'hunter2 hunter2 hunter2 hunter2 hunter2',
  });

  it('can say where they are, without a password', async () => {
    const { text } = await server.client().request('get', '/').expect(200);
    expect(text).toMatch(/PostgreSQL \d+\.\d+, db\.example:6543\/product\./);
    expect(text).toContain('mail goes to smtp.example:2525');
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('mail-user');
  });
});
