import { describe, expect, it } from '@jest/globals';
import type { GraphqlAnswer } from '../helpers/http-client.ts';
import { mutate } from '../helpers/mutate.ts';
import { useServer } from '../helpers/server.ts';

const TIMES = 20;
const PASSWORDS = Array.from({ length: TIMES }, (_, i) => `a password of its own: ${i}`);

describe('the same, many times at once', () => {
  const server = useServer({}, { waitsForLocks: true });
  const account = (username: string) => ({
    username,
    email: `${username}@example.com`,
    password: `password of ${username}`,
  });
  const countOf = async (username: string) => {
    const [row] = await server.sql(
      `select (select count(*)::int from app_public.users where username = $1) as users,
         (select count(*)::int from app_public.user_emails where email = $1 || '@example.com') as addresses,
         (select count(*)::int from graphile_worker.jobs
          join app_public.user_emails on key = 'send_email_verification:' || user_emails.id
          where email = $1 || '@example.com') as mails,
         (select count(*)::int from graphile_worker.jobs) as jobs`,
      [username],
    );
    return row;
  };
  /** The token of a mail, as the worker would make it. */
  const tokenFor = async (userId: string) =>
    (
      await server.sql<{ token: string }>(
        `select app_private.create_one_time_token('password_reset', user_id, id) as token
         from app_public.user_emails where user_id = $1`,
        [userId],
      )
    )[0]!.token;
  async function fromManyClients(
    run: (client: ReturnType<typeof server.client>, i: number) => Promise<GraphqlAnswer>,
  ) {
    const clients = PASSWORDS.map(() => server.client());
    await Promise.all(clients.map((client) => client.fetchCsrfToken()));
    return Promise.all(clients.map(run));
  }
  it('registration, from many clients: one user, one mail, and clean errors', async () => {
    const answers = await fromManyClients((client) =>
      mutate(client, 'register', account('ada'), 'result { user { username } }'),
    );
    const [winners, losers] = [
      answers.filter(({ data }) => data?.register),
      answers.filter(({ errors }) => errors),
    ];
    expect(winners).toHaveLength(1);
    expect(losers).toHaveLength(TIMES - 1);
    for (const { status, errors } of losers) {
      expect(status).toBe(200);
      expect(errors).toMatchObject([{ extensions: { code: 'NOT_UNIQUE', field: 'username' } }]);
    }
    expect(await countOf('ada')).toEqual({ users: 1, addresses: 1, mails: 1, jobs: 1 });
  });

  it('registration, in one document: one user, one mail, and clean errors', async () => {
    const fields = PASSWORDS.map((_, i) => `r${i}: register(input: $input) { result { user { username } } }`);
    const { data, errors } = await server
      .client()
      .graphql(`mutation Many($input: RegisterInput!) { ${fields.join(' ')} }`, { input: account('bob') });
    expect(Object.values(data).filter(Boolean)).toEqual([{ result: { user: { username: 'bob' } } }]);
    expect(errors).toHaveLength(TIMES - 1);
    for (const { extensions } of errors!) expect(extensions).toMatchObject({ code: 'NOT_UNIQUE' });
    expect(await countOf('bob')).toMatchObject({ users: 1, addresses: 1, mails: 1 });
  });

  it('reset token, from many clients: exactly one success', async () => {
    const carol = await server.client().register('carol');
    const token = await tokenFor(carol.id);
    const answers = await fromManyClients((client, i) =>
      mutate(client, 'resetPassword', { token, newPassword: PASSWORDS[i] }),
    );
    const winners = PASSWORDS.filter((_, i) => answers[i]!.data?.resetPassword?.result);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'INVALID_TOKEN')).toHaveLength(TIMES - 1);
    await server.sql('delete from app_private.login_attempts');
    const [winner] = winners;
    expect((await server.client().login('carol', winner!)).data.login).not.toBeNull();
    expect((await server.client().login('carol', carol.password)).code).toBe('INVALID_CREDENTIALS');
  });

  it('reset token, in one document: exactly one success', async () => {
    const dora = await server.client().register('dora');
    const token = await tokenFor(dora.id);
    const fields = PASSWORDS.map(
      (password, i) =>
        `r${i}: resetPassword(input: { token: $token, newPassword: ${JSON.stringify(password)} }) { result }`,
    );
    const { data, errors } = await server
      .client()
      .graphql(`mutation Many($token: String!) { ${fields.join(' ')} }`, { token });
    expect(Object.values(data).filter(Boolean)).toEqual([{ result: true }]);
    expect(errors!.map(({ extensions }) => extensions.code)).toEqual(Array(TIMES - 1).fill('INVALID_TOKEN'));
    expect((await server.client().login('dora', PASSWORDS[0]!)).data.login).not.toBeNull();
  });
});
