import { describe, expect, it } from '@jest/globals';
import { useParallelRequests } from '../helpers/parallel-requests.ts';

describe('two requests at the same time', () => {
  const db = useParallelRequests();

  it('cannot remove each the address that the other has left', async () => {
    const user = await db.createUser();
    await db.owner.query(
      `insert into app_public.user_emails (user_id, email) values ($1, 'second@example.com')`,
      [user.id],
    );
    const remove = (email: string) => ({
      sessionId: user.sessionId,
      statement: 'delete from app_public.user_emails where email = $1',
      values: [email],
    });
    expect(await db.race([remove(user.email), remove('second@example.com')])).toEqual(['done', 'LAST_EMAIL']);
  });

  it('cannot bring an account to 11 addresses', async () => {
    const user = await db.createUser();
    await db.owner.query(
      `insert into app_public.user_emails (user_id, email) select $1, n || '@example.com' from generate_series(2, 9) n`,
      [user.id],
    );
    const add = (email: string) => ({
      sessionId: user.sessionId,
      statement: 'insert into app_public.user_emails (email) values ($1)',
      values: [email],
    });
    expect(await db.race([add('a@example.com'), add('b@example.com')])).toEqual(['done', 'INVALID_INPUT']);
  });

  it('cannot use one token twice', async () => {
    const user = await db.createUser();
    const { rows } = await db.owner.query(
      `select app_private.create_one_time_token('password_reset', user_id, id) as token
       from app_public.user_emails where user_id = $1`,
      [user.id],
    );
    const reset = (password: string) => ({
      sessionId: null,
      statement: 'select app_public.reset_password($1, $2)',
      values: [rows[0].token, password],
    });
    expect(await db.race([reset('the first password'), reset('the second password')])).toEqual([
      'done',
      'INVALID_TOKEN',
    ]);
    const { rows: logins } = await db.owner.query('select (app_public.login($1, $2)).user_id', [
      user.email,
      'the first password',
    ]);
    expect(logins).toEqual([{ user_id: user.id }]);
  });

  it('cannot prove one address for two accounts', async () => {
    const [first, second] = [await db.createUser(), await db.createUser()];
    const { rows } = await db.owner.query(
      `insert into app_public.user_emails (user_id, email) values ($1, 'shared@example.com'), ($2, 'shared@example.com')
       returning app_private.create_one_time_token('email_verification', user_id, id) as token`,
      [first.id, second.id],
    );
    const verify = (user: { sessionId: string }, token: string) => ({
      sessionId: user.sessionId,
      statement: 'select app_public.verify_email($1)',
      values: [token],
    });
    const outcomes = await db.race([verify(first, rows[0].token), verify(second, rows[1].token)]);
    expect(outcomes[0]).toBe('done');
    expect(outcomes[1]).not.toBe('done');
    const { rows: owners } = await db.owner.query(
      `select user_id from app_public.user_emails where email = 'shared@example.com' and is_verified`,
    );
    expect(owners).toEqual([{ user_id: first.id }]);
  });
});
