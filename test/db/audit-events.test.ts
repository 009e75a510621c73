import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Actor,
  expectCode,
  expectDenied,
  expectInvisible,
  expectViolation,
  type User,
  useDatabase,
} from '../helpers/actors.ts';
import { reachOf } from '../helpers/reach-of.ts';

const COLUMNS = [
  'id',
  'occurred_at',
  'action',
  'user_id',
  'actor_id',
  'session_id',
  'address',
  'client',
  'details',
];

describe('app_public.audit_events', () => {
  const db = useDatabase();
  let ada: User;
  let bob: User;
  let administrator: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    bob = await db.createUser('bob');
    administrator = await db.createAdministrator('root');
  });
  const ownersSeenBy = async (actor: Actor) =>
    (await actor.query('select distinct user_id from app_public.audit_events order by user_id')).rows.map(
      ({ user_id }) => user_id as string | null,
    );

  describe('select', () => {
    it('can show one’s own events, and no other', async () => {
      const { rows } = await ada.query('select action, user_id from app_public.audit_events');
      expect(rows).toEqual([{ action: 'registered', user_id: ada.id }]);
      await expectInvisible(ada.query('select from app_public.audit_events where user_id = $1', [bob.id]));
    });

    it('can show every event to an administrator, those about nobody included', async () => {
      await db.anonymous.query(`select app_public.login('nobody', 'wrong')`);
      expect(await ownersSeenBy(administrator)).toEqual([...[ada.id, bob.id, administrator.id].sort(), null]);
      expect(await ownersSeenBy(ada)).toEqual([ada.id]);
    });

    it('cannot show more to an ordinary session that takes the role of administrators', async () => {
      const intruder = db.bySession(ada.sessionId, 'set local role webadmin');
      expect(await ownersSeenBy(intruder)).toEqual([ada.id]);
    });

    it('cannot show anything to anonymous', async () => {
      await expectDenied(db.anonymous.query('select from app_public.audit_events'));
    });

    it('cannot show anything to anonymous, even where a grant would let it', async () => {
      await db.owner.query('grant select on app_public.audit_events to anonymous');
      await expectInvisible(db.anonymous.query('select from app_public.audit_events'));
    });
  });

  describe('a change by a request', () => {
    it.each(COLUMNS)('cannot give or set %s', async (column) => {
      for (const actor of [ada, bob, administrator, db.anonymous]) {
        await expectDenied(actor.query(`insert into app_public.audit_events (${column}) values (default)`));
        await expectDenied(actor.query(`update app_public.audit_events set ${column} = default`));
      }
    });

    it('cannot delete or truncate', async () => {
      for (const actor of [ada, bob, administrator, db.anonymous]) {
        await expectDenied(actor.query('delete from app_public.audit_events'));
        await expectDenied(actor.query('truncate app_public.audit_events'));
      }
    });

    it('cannot touch a row, even where a grant would let it', async () => {
      await db.owner.query('grant all on app_public.audit_events to webuser, anonymous');
      for (const actor of [ada, administrator, db.anonymous]) {
        await expectInvisible(actor.query(`update app_public.audit_events set action = 'changed'`));
        await expectInvisible(actor.query('delete from app_public.audit_events'));
        await expectDenied(
          actor.query(`insert into app_public.audit_events (action, user_id) values ('made_up', $1)`, [
            ada.id,
          ]),
        );
      }
    });
  });

  it.each([
    ['anonymous', []],
    ['webuser', ['table app_public.audit_events: select']],
    ['webadmin', ['table app_public.audit_events: select']],
    ['authenticator', []],
  ])('gives %s no other right', async (role, rights) => {
    expect((await reachOf(role, db.owner)).filter((line) => line.includes('audit_events'))).toEqual(rights);
  });

  describe('a change by the owner of the schema', () => {
    const insertOld = (age: string) =>
      db.owner.value<string>(
        `insert into app_public.audit_events (action, occurred_at) values ('old', now() - $1::interval) returning id`,
        [age],
      );
    const remove = (id: string) => db.owner.query('delete from app_public.audit_events where id = $1', [id]);

    it.each(COLUMNS.filter((column) => column !== 'id'))('cannot set %s', async (column) => {
      await expectCode(
        db.owner.query(`update app_public.audit_events set ${column} = ${column}`),
        'FORBIDDEN',
      );
    });

    it('cannot change an event that is old enough to go', async () => {
      const id = await insertOld('401 days');
      await expectCode(
        db.owner.query('update app_public.audit_events set user_id = null where id = $1', [id]),
        'FORBIDDEN',
      );
    });

    it('cannot delete an event before its time', async () => {
      await expectCode(db.owner.query('delete from app_public.audit_events'), 'FORBIDDEN');
      await expectCode(remove(await insertOld('400 days')), 'FORBIDDEN');
    });

    it('can delete an event after its time, which the operator may change', async () => {
      await expect(remove(await insertOld('400 days 1 second'))).resolves.toMatchObject({ rowCount: 1 });
      const id = await insertOld('8 days');
      await expectCode(remove(id), 'FORBIDDEN');
      await db.owner.query(`update app_private.settings set audit_retention = '7 days'`);
      await expect(remove(id)).resolves.toMatchObject({ rowCount: 1 });
    });

    it('cannot truncate, not even as a superuser', async () => {
      for (const actor of [db.owner, db.root])
        await expectCode(actor.query('truncate app_public.audit_events'), 'FORBIDDEN');
    });
  });

  it('outlives the account it speaks of', async () => {
    await db.owner.query('delete from app_public.users where id = $1', [ada.id]);
    const { rows } = await administrator.query(
      'select action from app_public.audit_events where user_id = $1',
      [ada.id],
    );
    expect(rows).toEqual([{ action: 'registered' }]);
  });

  it.each(['', 'Login', 'logged in', '_x', 'x_', 'x1'])('cannot be of the action %j', async (action) => {
    await expectViolation(
      db.owner.query('insert into app_public.audit_events (action) values ($1)', [action]),
      'audit_events_action_check',
    );
  });
});
