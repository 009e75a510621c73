import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { withClient } from '../../src/database/with-client.ts';
import { expectDenied, expectInvisible, useDatabase } from '../helpers/actors.ts';
import { until } from '../helpers/until.ts';

describe('how many mails go to a mailbox', () => {
  const db = useDatabase();
  const reserve = (address: string, kind = 'password_reset') =>
    db.owner.value<string | null>('select app_private.reserve_mail($1, $2)', [kind, address]);
  const reserveAll = async (addresses: string[]) => {
    const reserved = [];
    for (const address of addresses) reserved.push(await reserve(address));
    return reserved.filter((id) => id !== null).length;
  };

  describe('within an hour', () => {
    beforeEach(async () => {
      expect(await reserveAll(Array(5).fill('ada@example.com'))).toBe(5);
    });

    it('is 5 of a kind', async () => {
      expect(await reserve('ada@example.com')).toBeNull();
    });

    it('is counted for each kind and each mailbox', async () => {
      expect(await reserve('ada@example.com', 'email_verification')).not.toBeNull();
      for (const other of ['bob@example.com', 'ada@example.org', 'ada@mail.example.com', 'adam@example.com'])
        expect(await reserve(other)).not.toBeNull();
    });

    it('is counted for the hour that has just passed', async () => {
      await db.owner.query(
        `update app_private.sent_mails set sent_at = now() - interval '59 minutes 59 seconds'`,
      );
      expect(await reserve('ada@example.com')).toBeNull();
      await db.owner.query(`update app_private.sent_mails set sent_at = now() - interval '1 hour'`);
      expect(await reserve('ada@example.com')).not.toBeNull();
    });
  });

  it.each([
    [['ADA@example.com', 'ada@EXAMPLE.com', ' ada@example.com ', 'aDa@example.com']],
    [['ada+1@example.com', 'ada+2@example.com', 'ada+@example.com', 'ada+a+b@example.com']],
    [['a.da@example.com', 'ad.a@example.com', 'a.d.a@example.com', 'ada.@example.com']],
    [
      [
        'ada%example.com@example.com',
        'example.com!ada@example.com',
        'x!y!a.da+1%z@example.com',
        'Ada%@example.com',
      ],
    ],
    [['"ada"@example.com', '"a\\da"@example.com', '"ada+x"@example.com', '\\ada@example.com']],
    [['ａda@example.com', 'ad\u{1d41a}@example.com', 'Ada@example.com', 'ada@ｅxample.com']],
  ])('is shared by the spellings of one: %j', async (spellings) => {
    expect(await reserveAll(['ada@example.com', ...spellings, 'ada@example.com'])).toBe(5);
  });

  it('is not shared by addresses that begin with + or %, or end with !', async () => {
    const addresses = ['+1@example.com', '+2@example.com', '%1@example.com', '1!@example.com'];
    expect(await reserveAll(addresses.flatMap((to) => Array(5).fill(to)))).toBe(20);
  });

  it('is not exceeded by two workers that reserve the last one at the same moment', async () => {
    const RESERVE = `select app_private.reserve_mail('password_reset', 'race@example.com') as id`;
    await withClient(db.database.owner, (first) =>
      withClient(db.database.owner, async (second) => {
        for (let i = 0; i < 4; i++) await first.query(RESERVE);
        const { rows } = await second.query('select pg_backend_pid() as pid');
        await first.query('begin');
        const last = await first.query(RESERVE);
        const late = second.query(RESERVE);
        let isDone = false;
        void late.then(() => {
          isDone = true;
        });
        await until(async () => {
          const WAITS = `select wait_event_type = 'Lock' as waits from pg_stat_activity where pid = $1`;
          return isDone || (await first.query(WAITS, [rows[0].pid])).rows[0].waits;
        });
        await first.query('commit');
        expect([last.rows[0].id, (await late).rows[0].id]).toEqual([expect.any(String), null]);
      }),
    );
  });

  it('is given back for a mail that was not sent', async () => {
    for (let i = 0; i < 6; i++) {
      const id = await reserve('ada@example.com');
      expect(id).not.toBeNull();
      await db.owner.query('select app_private.release_mail($1)', [id]);
    }
  });

  it('is kept without the address', async () => {
    await reserve('ada@example.com');
    expect(
      JSON.stringify(await db.owner.value('select sent_mails from app_private.sent_mails')),
    ).not.toContain('ada');
  });

  it('is kept without the account that its kind names, and counted for it all the same', async () => {
    const [ada, bob] = [randomUUID(), randomUUID()];
    const reserveFor = (id: string) =>
      db.owner.value('select app_private.reserve_mail($1, $2)', [
        `notice password_changed ${id}`,
        'x@example.com',
      ]);
    for (let i = 0; i < 5; i++) expect(await reserveFor(ada)).not.toBeNull();
    expect(await reserveFor(ada)).toBeNull();
    expect(await reserveFor(bob)).not.toBeNull();
    const rows = await db.owner.query('select sent_mails::text as row from app_private.sent_mails');
    expect(JSON.stringify(rows.rows)).not.toContain(ada);
  });

  it('cannot be asked, changed or seen by a request', async () => {
    const user = await db.createUser();
    for (const actor of [user, await db.createAdministrator(), db.anonymous, db.authenticator]) {
      await expectDenied(actor.query(`select app_private.mailbox_key('x')`));
      await expectDenied(actor.query(`select app_private.reserve_mail('x', 'x')`));
      await expectDenied(actor.query(`select app_private.release_mail(1)`));
      await expectDenied(actor.query('select from app_private.sent_mails'));
    }
    await db.owner.query('grant usage on schema app_private to webuser');
    await db.owner.query('grant select on app_private.sent_mails to webuser');
    await reserve('x');
    await expectInvisible(user.query('select from app_private.sent_mails'));
  });
});
