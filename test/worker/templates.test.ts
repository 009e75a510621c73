import { describe, expect, it } from '@jest/globals';
import { accountDeletion } from '../../worker/templates/account-deletion.ts';
import { addressTaken } from '../../worker/templates/address-taken.ts';
import { emailVerification } from '../../worker/templates/email-verification.ts';
import type { MailContent } from '../../worker/templates/mail-content.ts';
import { notice, noticeSchema } from '../../worker/templates/notice.ts';
import { passwordReset } from '../../worker/templates/password-reset.ts';
import { quote } from '../../worker/templates/quote.ts';
import { renderMail } from '../../worker/templates/render-mail.ts';
import { unknownAddress } from '../../worker/templates/unknown-address.ts';

const ROOT_URL = 'http://localhost:5678';
const USER_ID = '00000000-0000-4000-8000-000000000001';
const HOSTILE = `"'><script>alert(1)</script> & &lt;b&gt; {{action}} </mj-text><mj-raw>`;

/** Every mail there is, with these words in the places that users fill. */
function everyMail(wordFor: (field: string) => string): [string, MailContent][] {
  const username = wordFor('username');
  const link = (page: string) => `${ROOT_URL}/account/${page}#token=abc-_123`;
  const fields = Object.keys(noticeSchema.shape.details.shape);
  const details = Object.fromEntries(fields.map((field) => [field, wordFor(field)]));
  return [
    ['email-verification', emailVerification({ username, url: link('verify-email') })],
    ['password-reset', passwordReset({ username, url: link('reset-password') })],
    ['account-deletion', accountDeletion({ username, url: link('delete-account') })],
    ['address-taken', addressTaken({ rootUrl: ROOT_URL })],
    ['unknown-address', unknownAddress({ rootUrl: ROOT_URL })],
    ...noticeSchema.shape.kind.options.map((kind): [string, MailContent] => [
      `notice ${kind}`,
      notice({ kind, to: 'ada@example.com', userId: USER_ID, username, details }, { rootUrl: ROOT_URL }),
    ]),
  ];
}
const usual = everyMail((field) => `the-${field}`);
const hostile = everyMail(() => HOSTILE);

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const decode = (html: string) =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name]!);
/** What a reader of the HTML reads, each line once. */
function linesOf(html: string): string[] {
  const body = html.slice(html.indexOf('<body')).replace(/<!--.*?-->/gs, '');
  return body
    .replace(/<[^>]*>/g, '\n')
    .split('\n')
    .map((line) => decode(line.trim()))
    .filter(Boolean);
}

describe('a mail', () => {
  it.each([...usual, ...hostile])(
    'of the kind %s says the same in HTML and in plain text',
    async (_, content) => {
      const { subject, text, html } = await renderMail(content);
      expect(subject).toBe(content.subject);
      const [heading, ...lines] = linesOf(html);
      expect(heading).toBe(subject);
      // The text has a colon between the button's label and its address.
      expect(lines).toEqual(text.trim().replace(/:\n/g, '\n').split(/\n+/));
    },
  );

  it.each(usual)('of the kind %s is complete', async (_, content) => {
    const { text, html } = await renderMail(content);
    for (const form of [text, html]) expect(form).not.toMatch(/\{\{|\}\}|undefined|null|\[object/);
    for (const paragraph of content.paragraphs) expect(text).toContain(paragraph);
  });

  it.each(hostile)('of the kind %s cannot be given markup by its words', async (kind, content) => {
    const { html, subject } = await renderMail(content);
    expect(html).not.toMatch(/<script|<mj-|<b>/);
    expect(subject).not.toContain('alert');
    const plain = await renderMail(usual.find(([other]) => other === kind)![1]);
    const tags = (text: string) => text.match(/<\/?[a-z][\w-]*/g);
    expect(tags(html)).toEqual(tags(plain.html));
  });

  it.each(usual.filter(([, { action }]) => action))(
    'of the kind %s has its link twice, with the token where no server sees it',
    async (_, { action, ...content }) => {
      const { text, html } = await renderMail({ ...content, action: action! });
      const { pathname, search, hash } = new URL(action!.url);
      expect([pathname, search, hash]).toEqual([
        expect.stringMatching(/^\/account\//),
        '',
        '#token=abc-_123',
      ]);
      expect(text).toContain(`\n${action!.url}\n`);
      expect(html).toContain(`href="${action!.url}"`);
    },
  );

  it.each(usual)('of the kind %s loads nothing, so that reading it tells nobody', async (_, content) => {
    const { html } = await renderMail(content);
    expect(html).not.toMatch(/\ssrc=|url\(|<link|<img|@import/);
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    expect(links).toEqual(content.action ? [content.action.url] : []);
  });
});

describe('words of users in a mail', () => {
  const said = (details: Record<string, string>, kind: 'access_token_created' | 'username_changed') =>
    notice({ kind, to: 'ada@example.com', userId: USER_ID, username: 'ada', details }, { rootUrl: ROOT_URL })
      .paragraphs[0]!;

  it.each([
    ['Win at https://evil.example/prize now', 'Win at https·evil·example·prize now'],
    ['evil.example', 'evil·example'],
    ['write to a@evil.example', 'write to a·evil·example'],
    ['first\r\nBcc: x@evil.example\n\nsecond', 'first Bcc: x·evil·example second'],
    ['\u202egnirts\u202c \u200b\ufeff\u0007x', 'gnirts x'],
    ['\u00a0 wide \u3000 space ', 'wide space'],
    ['CI (prod), v2', 'CI (prod), v2'],
  ])('are quoted: %j as %j', (typed, quoted) => {
    expect(quote(typed)).toBe(quoted);
    expect(said({ name: typed }, 'access_token_created')).toContain(`“${quoted}”`);
    expect(said({ name: typed }, 'username_changed')).toContain(`it was ${quoted}.`);
  });

  it('are cut to 60 characters', () => {
    expect(quote('😀'.repeat(61))).toBe(`${'😀'.repeat(60)}…`);
    expect(quote('😀'.repeat(60))).toBe('😀'.repeat(60));
  });

  it.each(everyMail(() => 'Hello\r\n\r\nhttps://evil.example/\u202e'))(
    'stay on one line in the kind %s, and lead nowhere',
    (kind, { subject, paragraphs, footnote = '' }) => {
      const text = [subject, ...paragraphs, footnote].join('|');
      expect(text).not.toMatch(/[\r\n\u202e]/);
      // A reason is an administrator's, and an address has dots.
      if (!/suspended|email/.test(kind)) expect(text).not.toContain('evil.example');
    },
  );
});
