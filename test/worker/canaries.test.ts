import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { withClient } from '../../src/database/with-client.ts';
import type { GraphqlAnswer, HttpClient } from '../helpers/http-client.ts';
import { logLines } from '../helpers/log-lines.ts';
import { startMailServer } from '../helpers/mail-server.ts';
import { mutate } from '../helpers/mutate.ts';
import { tokenIn } from '../helpers/parse-mail.ts';
import { useServer } from '../helpers/server.ts';
import { cookieId } from '../helpers/sign-cookie.ts';
import { until } from '../helpers/until.ts';
import { useWorker } from '../helpers/worker.ts';

describe('secrets', () => {
  const log = logLines();
  const server = useServer({ LOG_LEVEL: 'trace' }, { logTo: log });
  const worker = useWorker(() => server.database);
  const passwords = new Set<string>();
  /** Tokens of mails, and what else lets somebody in. */
  const secrets = new Set<string>();
  const cookieIds = new Set<string>();

  /** A password for one place where it is given, right or wrong. */
  function password(place: string): string {
    const canary = `Canary-${place}-7f3a`;
    passwords.add(canary);
    return canary;
  }
  async function nextToken(subject: string): Promise<string> {
    const token = tokenIn(await worker.mail.next((mail) => mail.subject === subject));
    secrets.add(token);
    return token;
  }
  function keepSecretsOf(client: HttpClient): void {
    for (const value of [...client.cookies.values(), client.csrfToken]) secrets.add(value as string);
    const value = client.cookies.get('rowgate') as string;
    cookieIds.add(cookieId(value));
    secrets.add(decodeURIComponent(value).split('.')[1] as string);
  }
  const succeed = async (client: HttpClient, name: string, input: object, selection?: string) =>
    expect((await mutate(client, name, { ...input }, selection)).errors).toBeUndefined();
  const fail = async (code: string, answer: Promise<GraphqlAnswer>) => expect((await answer).code).toBe(code);

  beforeAll(async () => {
    const [home, visitor] = [server.client(), server.client()];
    const madeUp = 'Canary-token-7f3a-made-up';
    secrets.add(madeUp);
    const ada = { username: 'ada', email: 'ada@example.com', password: password('registered') };
    await succeed(home, 'register', ada, 'result { rowId }');
    keepSecretsOf(home);
    await giveWrongPasswords(visitor);

    const change = { oldPassword: ada.password, newPassword: password('changed') };
    await fail(
      'INVALID_CREDENTIALS',
      mutate(home, 'changePassword', { ...change, oldPassword: password('wrong-old') }),
    );
    await fail(
      'WEAK_PASSWORD',
      mutate(home, 'changePassword', { ...change, newPassword: password('weak').repeat(99) }),
    );
    await succeed(home, 'changePassword', change);
    await succeed(home, 'reauthenticate', { password: change.newPassword });
    await fail(
      'INVALID_CREDENTIALS',
      mutate(home, 'requestAccountDeletion', { password: password('wrong-deletion') }),
    );
    await succeed(home, 'requestAccountDeletion', { password: change.newPassword });
    await nextToken('Confirm that your account shall be deleted');

    for (const name of ['verifyEmail', 'confirmAccountDeletion'])
      await fail('INVALID_TOKEN', mutate(home, name, { token: madeUp }));
    await succeed(home, 'verifyEmail', { token: await nextToken('Confirm your e-mail address') });

    await succeed(visitor, 'forgotPassword', { email: ada.email });
    const reset = { token: await nextToken('Choose a new password'), newPassword: password('reset') };
    await fail('INVALID_TOKEN', mutate(visitor, 'resetPassword', { ...reset, token: madeUp }));
    await succeed(visitor, 'resetPassword', reset);
    await fail(
      'INVALID_TOKEN',
      mutate(visitor, 'resetPassword', { ...reset, newPassword: password('too-late') }),
    );
    await visitor.login('ada', reset.newPassword);
    keepSecretsOf(visitor);

    // Jobs that fail, and a token that waits to be used.
    await worker.mail.close();
    for (const email of [ada.email, 'nobody@example.com'])
      await succeed(visitor, 'forgotPassword', { email });
    await until(async () => {
      const failed = await server.sql(
        `select from graphile_worker.jobs where last_error like '%ECONNREFUSED%'`,
      );
      return failed.length === 2;
    });
    worker.mail = await startMailServer();
  });

  async function giveWrongPasswords(client: HttpClient): Promise<void> {
    await fail('INVALID_CREDENTIALS', client.login('ada', password('wrong')));
    await fail('INVALID_CREDENTIALS', client.login(password('as-name'), 'x'));
    await fail(
      'GRAPHQL_VALIDATION_FAILED',
      client.graphql(
        `mutation { login(input: { username: 1, password: "${password('inline')}" }) { result { rowId } } }`,
      ),
    );
    await fail(
      'GRAPHQL_PARSE_FAILED',
      client.graphql(`mutation { login(input: { password: "${password('cut-off')}`),
    );
    const selection = 'result { rowId }';
    const mistyped = { username: 4711, password: password('mistyped'), [password('as-field')]: 1 };
    await fail('GRAPHQL_VALIDATION_FAILED', mutate(client, 'login', mistyped, selection));
    const nul = { username: 'a', password: `${password('with-nul')}\0` };
    await fail('INVALID_INPUT', mutate(client, 'login', nul, selection));
    const invalid = { username: 'x', email: 'x', password: password('refused') };
    await fail('INVALID_INPUT', mutate(client, 'register', invalid, selection));
  }

  /** A secret as it is, and as it would look in a column of bytes or encoded. */
  const forms = (secret: string) => [
    secret,
    Buffer.from(secret).toString('hex'),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ];
  const expectNone = (text: string, among: Iterable<string>) => {
    for (const secret of among) for (const form of forms(secret)) expect(text).not.toContain(form);
  };
  /** Nor the token of a mail that never arrived, which only its hash in the database tells. */
  const expectNoToken = async (text: string) => {
    const rows = await server.sql<{ hash: Buffer }>(
      'select token_hash as hash from app_private.one_time_tokens',
    );
    expect(rows.length).toBeGreaterThan(0);
    const hashes = rows.map(({ hash }) => hash.toString('hex'));
    for (const [word] of text.matchAll(/(?<![\w-])[\w-]{43}(?![\w-])/g))
      expect(hashes).not.toContain(createHash('sha256').update(word).digest('hex'));
  };
  /** Every row of every table, as text. */
  async function dump(except: string[] = []): Promise<string> {
    return withClient(server.database.root, async (client) => {
      const { rows: tables } = await client.query<{ name: string }>(
        `select oid::regclass::text as name from pg_class
         where relkind = 'r' and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'`,
      );
      const texts = tables
        .filter(({ name }) => !except.includes(name))
        .map(({ name }) => client.query(`select string_agg(t::text, e'\\n') as text from ${name} t`));
      return (await Promise.all(texts)).map(({ rows }) => rows[0].text).join('\n');
    });
  }

  it('are all there to be found', () => {
    expect([passwords.size, cookieIds.size]).toEqual([15, 2]);
    expect(secrets.size).toBeGreaterThan(8);
    for (const secret of [...secrets, ...cookieIds]) expect(secret.length).toBeGreaterThanOrEqual(16);
  });

  it('cannot be found in the log of the server, or of the worker, at its most talkative', async () => {
    expect(log.messages.filter((message) => message === 'request').length).toBeGreaterThan(20);
    expect(worker.log.text).toContain('Completed task');
    expect(worker.log.text).toContain('ECONNREFUSED');
    for (const text of [log.text, worker.log.text]) {
      expectNone(text, [...passwords, ...secrets, ...cookieIds]);
      await expectNoToken(text);
    }
  });

  it('cannot be found in any table, jobs, their errors, audit and counts included', async () => {
    const everything = await dump();
    for (const known of ['ada@example.com', 'ECONNREFUSED', 'password_reset_sent', 'send_password_reset'])
      expect(everything).toContain(known);
    expectNone(everything, [...passwords, ...secrets]);
    await expectNoToken(everything);
  });

  it('cannot be found elsewhere than in the cookie store, as far as the ids of cookies go', async () => {
    expectNone(await dump(['app_private.cookie_sessions']), cookieIds);
  });
});
