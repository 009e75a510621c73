import { beforeEach, describe, expect, it } from '@jest/globals';
import { withClient } from '../../src/database/with-client.ts';
import { type User, useDatabase } from '../helpers/actors.ts';

describe('who and what the request runs as', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser();
    await db.createUser();
  });

  describe('current_user', () => {
    it('can tell a user and an administrator their own profile', async () => {
      const administrator = await db.createAdministrator();
      for (const actor of [ada, administrator]) {
        const { rows } = await actor.query('select id, username from app_public.current_user()');
        expect(rows).toEqual([{ id: actor.id, username: actor.username }]);
      }
    });

    it('tells anonymous nobody', async () => {
      expect(await db.anonymous.value('select app_public.current_user()')).toBeNull();
    });

    it('tells nobody once the user is gone', async () => {
      const intruder = db.bySession(
        null,
        `select set_config('app.user_id', '00000000-0000-4000-8000-000000000000', true)`,
      );
      expect(await intruder.value('select app_public.current_user()')).toBeNull();
    });
  });

  describe('current_session', () => {
    it('can tell a user the session of the request, not another of theirs', async () => {
      const elsewhere = await db.logIn(ada);
      for (const actor of [ada, elsewhere]) {
        const { rows } = await actor.query('select id, user_id from app_public.current_session()');
        expect(rows).toEqual([{ id: actor.sessionId, user_id: ada.id }]);
      }
    });

    it('tells anonymous none', async () => {
      expect(await db.anonymous.value('select app_public.current_session()')).toBeNull();
    });

    it('cannot show the session of another user, even if the request named it', async () => {
      const bob = await db.createUser();
      const intruder = db.bySession(
        ada.sessionId,
        `select set_config('app.session_id', '${bob.sessionId}', true)`,
      );
      expect(await intruder.value('select app_public.current_session()')).toBeNull();
    });
  });

  describe('current_user_id and current_session_id', () => {
    const both = 'select array[app_public.current_user_id(), app_public.current_session_id()]::text[]';

    it('can be asked by everybody', async () => {
      const administrator = await db.createAdministrator();
      expect(await ada.value(both)).toEqual([ada.id, ada.sessionId]);
      expect(await administrator.value(both)).toEqual([administrator.id, administrator.sessionId]);
      expect(await db.anonymous.value(both)).toEqual([null, null]);
    });

    it('are null on a connection that has never had the settings', async () => {
      await withClient(db.database.authenticator, async (client) => {
        await client.query('set role anonymous');
        const { rows } = await client.query({ text: both, rowMode: 'array' });
        expect(rows).toEqual([[[null, null]]]);
      });
    });

    it.each(['current_user_id', 'current_session_id'])(
      '%s is inlined where a policy uses it',
      async (name) => {
        const { rows } = await ada.query(
          `explain (verbose) select from app_public.sessions where id = app_public.${name}()`,
        );
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan).toContain('current_setting(');
        expect(plan).not.toContain(`${name}()`);
      },
    );
  });

  describe('request_metadata', () => {
    const metadata = 'select app_hidden.request_metadata($1)';

    it('can be asked by everybody', async () => {
      const administrator = await db.createAdministrator();
      for (const actor of [ada, db.anonymous, administrator]) {
        expect(await actor.value(metadata, ['address'])).toBe('192.0.2.1');
        expect(await actor.value(metadata, ['client'])).toBe('jest');
      }
    });

    it('is null for what the server has not said, and where it has said nothing', async () => {
      expect(await ada.value(metadata, ['nothing'])).toBeNull();
      await db.owner.query(`select set_config('app.request', '', true)`);
      expect(await db.owner.value(metadata, ['address'])).toBeNull();
    });
  });
});
