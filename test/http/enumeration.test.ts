import { beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphqlAnswer, HttpClient } from '../helpers/http-client.ts';
import { mutate } from '../helpers/mutate.ts';
import { useServer } from '../helpers/server.ts';

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

describe('whether an account exists', () => {
  const server = useServer({}, { recordsWire: true });
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    for (const name of ['verified', 'claimed', 'rival']) await server.client().register(name);
    await server.sql(
      `update app_public.user_emails set is_verified = true where email = 'verified@example.com'`,
    );
    await server.sql(
      `insert into app_public.user_emails (user_id, email)
       select id, 'disputed@example.com' from app_public.users where username in ('claimed', 'rival')`,
    );
    for (const { email, id } of await server.sql('select email, id from app_public.user_emails'))
      ids[email] = id;
  });

  /** All that a client can compare, without what is made up anew each time. */
  const seen = ({ status, response }: GraphqlAnswer, own: string) => ({
    status,
    body: JSON.stringify(response.body)
      .replace(UUID, '<id>')
      .replace(/\d+(?= seconds)|(?<="retryAfter":)\d+/g, '<n>')
      .replaceAll(own, '<own>'),
    headers: Object.keys(response.headers).sort(),
    cookies: ((response.headers['set-cookie'] ?? []) as unknown as string[]).map((cookie) =>
      cookie.replace(/=[^;]*/, '=').replace(/Expires=[^;]*/, 'Expires='),
    ),
  });

  /** The same request with each value: what the client sees of the answer, and what the server asks the database. */
  async function compare(
    values: string[],
    send: (client: HttpClient, value: string, i: number) => Promise<GraphqlAnswer>,
    clientFor = async () => server.client(),
  ) {
    const observed: { answer: ReturnType<typeof seen>; statements: string[] }[] = [];
    for (const [i, value] of values.entries()) {
      const client = await clientFor();
      await client.fetchCsrfToken();
      server.wire.clear();
      const answer = await send(client, value, i);
      observed.push({
        answer: seen(answer, `newcomer${i}`),
        // In any order, since fields are resolved side by side; the note that a session is in use comes when it comes.
        statements: server.wire.statements
          .map(({ text }) => text)
          .filter((text) => !text.includes('touch_session'))
          .sort(),
      });
    }
    for (const other of observed) expect(other).toEqual(observed[0]);
    return observed[0]!;
  }

  const visitor = async () => {
    const client = server.client();
    await client.register();
    return client;
  };

  /** One address of each sort: of an account, claimed, disputed, and known to nobody before `occasion` tries it. */
  const addresses = (occasion: string) =>
    ['verified', 'claimed', 'disputed', `nobody-at-${occasion}`].map((name) => `${name}@example.com`);

  it('cannot be seen at login, nor from its throttle', async () => {
    const wrong = (client: HttpClient, name: string) => client.login(name, 'a wrong password');
    const sorts = [['verified', 'claimed', 'nobody'], addresses('login')];
    for (const names of sorts) {
      const { answer } = await compare(names, wrong);
      expect(answer.body).toContain('INVALID_CREDENTIALS');
    }
    // What was counted at the first attempt, for each name alike, is now enough to wait.
    await server.sql(
      `update app_private.login_attempts set retry_after = clock_timestamp() + interval '1 hour'`,
    );
    const throttled = await compare(sorts.flat(), wrong);
    expect(throttled.answer.body).toContain('"code":"TOO_MANY_ATTEMPTS","retryAfter":<n>');
  });

  it('cannot be seen at a login with an address that one claims, and with one’s own password', async () => {
    const claims = ['verified', 'claimed', 'disputed', 'nobody-at-own-claim'].map(
      (name) => `${name}@example.com`,
    );
    const client = server.client();
    const account = await client.register();
    for (const email of claims)
      await mutate(client, 'createUserEmail', { userEmail: { email } }, 'clientMutationId');
    await server.sql('delete from app_private.login_attempts');
    const { answer } = await compare(claims, (visitor, email) => visitor.login(email, account.password));
    expect(answer.body).toContain('log in with your user name');
  });

  it('cannot be seen at a registration with its address', async () => {
    const { answer, statements } = await compare(addresses('register'), (client, email, i) =>
      mutate(
        client,
        'register',
        { username: `newcomer${i}`, email, password: 'a password of a newcomer' },
        'result { rowId user { rowId username } } query { currentUser { username } userEmails { totalCount } }',
      ),
    );
    expect(answer.body).toContain('"username":"<own>"');
    expect(statements).toContainEqual(expect.stringContaining('"app_public"."register"('));
  });

  it('cannot be seen when a password was forgotten', async () => {
    const { answer } = await compare(addresses('forgot'), (client, email) =>
      mutate(client, 'forgotPassword', { email }),
    );
    expect(answer.body).toBe('{"data":{"forgotPassword":{"result":true}}}');
  });

  describe('at resendEmailVerification', () => {
    it('cannot be seen from the id of an address', async () => {
      const foreign = ['verified@example.com', 'claimed@example.com'].map((email) => ids[email]!);
      const { answer } = await compare(
        [...foreign, '00000000-0000-4000-8000-000000000000'],
        (client, emailId) => mutate(client, 'resendEmailVerification', { emailId }),
        visitor,
      );
      expect(answer.body).toBe('{"data":{"resendEmailVerification":{"result":true}}}');
    });

    it('cannot be seen from an address that one claims oneself', async () => {
      const emails = new Map<HttpClient, string>();
      await compare(
        addresses('resend'),
        (client) => mutate(client, 'resendEmailVerification', { emailId: emails.get(client) }),
        async () => {
          const client = await visitor();
          const email = addresses('resend')[emails.size]!;
          const { data } = await mutate(
            client,
            'createUserEmail',
            { userEmail: { email } },
            'userEmail { rowId }',
          );
          emails.set(client, data.createUserEmail.userEmail.rowId);
          return client;
        },
      );
    });
  });

  it('cannot be seen from adding its address to one’s own account', async () => {
    const { answer } = await compare(
      addresses('add'),
      (client, email) =>
        mutate(client, 'createUserEmail', { userEmail: { email } }, 'userEmail { isVerified isPrimary }'),
      visitor,
    );
    expect(answer.body).toContain('"isVerified":false,"isPrimary":false');
  });
});
