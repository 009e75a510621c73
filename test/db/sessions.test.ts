import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  expectCode,
  expectDenied,
  expectInvisible,
  expectViolation,
  type User,
  useDatabase,
} from '../helpers/actors.ts';
import { columnsOf } from '../helpers/columns-of.ts';

describe('app_public.sessions', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  let administrator: User;
  beforeEach(async () => {
    ada = await db.createUser();
    bob = await db.createUser();
    administrator = await db.createAdministrator();
  });
  const idsSeenBy = async (actor: User) =>
    (await actor.query('select id from app_public.sessions')).rows.map((row) => row.id as string).sort();

  describe('select', () => {
    it('can show all of one’s own sessions, and no other', async () => {
      const elsewhere = await db.logIn(ada);
      expect(await idsSeenBy(ada)).toEqual([ada.sessionId, elsewhere.sessionId].sort());
    });

    it('cannot show the session of another user', async () => {
      await expectInvisible(ada.query('select from app_public.sessions where id = $1', [bob.sessionId]));
    });

    it('can show every session to an administrator', async () => {
      expect(await idsSeenBy(administrator)).toEqual(
        [ada.sessionId, bob.sessionId, administrator.sessionId].sort(),
      );
    });

    it('cannot show a row to anonymous, who may ask', async () => {
      await expectInvisible(db.anonymous.query('select from app_public.sessions'));
    });
  });

  describe('delete', () => {
    it('can end another session of one’s own, at once', async () => {
      const elsewhere = await db.logIn(ada);
      const { rowCount } = await ada.query('delete from app_public.sessions where id = $1', [
        elsewhere.sessionId,
      ]);
      expect(rowCount).toBe(1);
      await expectCode(elsewhere.query('select'), 'UNAUTHENTICATED');
      await ada.query('select');
    });

    it('cannot end the session of another user', async () => {
      await expectInvisible(ada.query('delete from app_public.sessions where id = $1', [bob.sessionId]));
      await bob.query('select');
    });

    it('cannot end anybody else’s session by leaving the condition out', async () => {
      const { rowCount } = await ada.query('delete from app_public.sessions');
      expect(rowCount).toBe(1);
      await bob.query('select');
      await administrator.query('select');
    });

    it('cannot end somebody’s session as an administrator, who can see it', async () => {
      await expectInvisible(
        administrator.query('delete from app_public.sessions where id = $1', [ada.sessionId]),
      );
      await ada.query('select');
    });

    it('cannot end any session as anonymous', async () => {
      await expectDenied(db.anonymous.query('delete from app_public.sessions'));
    });

    it('cannot end any session as anonymous, even where a grant would let it', async () => {
      await db.owner.query('grant delete on app_public.sessions to anonymous');
      await expectInvisible(db.anonymous.query('delete from app_public.sessions'));
    });
  });

  describe('insert and update', () => {
    it('cannot set any column, neither as its user nor as anybody else', async () => {
      for (const column of await columnsOf('app_public.sessions', db.owner))
        for (const actor of [ada, bob, db.anonymous, administrator])
          await expectDenied(
            actor.query(`update app_public.sessions set ${column} = ${column} where id = $1`, [
              ada.sessionId,
            ]),
          );
    });

    it('cannot insert a row, whatever it gives', async () => {
      for (const column of await columnsOf('app_public.sessions', db.owner))
        for (const actor of [ada, db.anonymous, administrator])
          await expectDenied(actor.query(`insert into app_public.sessions (${column}) values (null)`));
    });

    it('cannot start a session for anybody, even where a grant would let it', async () => {
      await db.owner.query('grant insert, update on app_public.sessions to webuser');
      for (const user of [ada, bob])
        await expectDenied(
          ada.query(
            `insert into app_public.sessions (user_id, kind, idle_limit, expires_at)
             values ($1, 'cookie', '1 day', now() + interval '1 day')`,
            [user.id],
          ),
        );
      await expectInvisible(ada.query(`update app_public.sessions set expires_at = 'infinity'`));
    });
  });

  it('cannot be called by a name of more than 100 characters', async () => {
    const rename = (name: string) => db.owner.query('update app_public.sessions set name = $1', [name]);
    await rename('x'.repeat(100));
    await expectViolation(rename('x'.repeat(101)), 'sessions_name_check');
  });

  it('takes its secrets and its cookie with it', async () => {
    await db.owner.query(
      `insert into app_private.cookie_sessions (sid, sess, expire)
       values ('ada', json_build_object('sessionId', $1::text), now() + interval '1 day')`,
      [ada.sessionId],
    );
    await ada.query('delete from app_public.sessions');
    for (const table of ['session_secrets', 'cookie_sessions'])
      await expectInvisible(
        db.owner.query(`select from app_private.${table} where session_id = $1`, [ada.sessionId]),
      );
  });
});
