import { beforeEach, describe, expect, it } from '@jest/globals';
import { type User, useDatabase } from '../helpers/actors.ts';

describe('app_private.prune, of what accounts leave behind', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser();
  });
  const prune = () => db.owner.query('select app_private.prune()');
  const column = async (statement: string) =>
    (await db.owner.query(statement)).rows.map((row) => Object.values(row)[0]);

  it('can remove tokens that have expired', async () => {
    await db.owner.query(
      `insert into app_private.one_time_tokens (token_hash, purpose, user_id, expires_at) values
       ('old', 'password_reset', $1, now()), ('live', 'password_reset', $1, now() + interval '1 ms')`,
      [ada.id],
    );
    await prune();
    expect(await column(`select encode(token_hash, 'escape') from app_private.one_time_tokens`)).toEqual([
      'live',
    ]);
  });

  it('can remove counts of mails after a day', async () => {
    await db.owner.query(
      `insert into app_private.sent_mails (kind, address_key, sent_at) values
       ('old', 'a', now() - interval '1 day 1 second'), ('young', 'a', now() - interval '1 day')`,
    );
    await prune();
    expect(await column('select kind from app_private.sent_mails')).toEqual(['young']);
  });

  it('can remove heartbeats of a day ago', async () => {
    await db.owner.query(
      `insert into app_private.worker_heartbeats (worker_id, beaten_at) values
       ('old', now() - interval '1 day 1 second'), ('young', now() - interval '1 day')`,
    );
    await prune();
    expect(await column('select worker_id from app_private.worker_heartbeats')).toEqual(['young']);
  });

  it('can remove audit events past their time, which the operator sets', async () => {
    await db.owner.query(
      `insert into app_public.audit_events (action, occurred_at) values
       ('old', now() - interval '400 days 1 second'), ('young', now() - interval '400 days')`,
    );
    const actions = () => column('select action from app_public.audit_events order by occurred_at');
    await prune();
    expect(await actions()).toEqual(['young', 'registered']);
    await db.owner.query(`update app_private.settings set audit_retention = '399 days'`);
    await prune();
    expect(await actions()).toEqual(['registered']);
  });

  it('leaves addresses alone, verified or not', async () => {
    await db.owner.query(`update app_public.user_emails set created_at = now() - interval '10 years'`);
    await prune();
    expect(await column('select email from app_public.user_emails')).toEqual([ada.email]);
  });
});
