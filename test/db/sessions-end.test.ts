import { beforeAll, describe, expect, it } from '@jest/globals';
import { SCHEDULES, useInterleaving } from '../helpers/interleave.ts';
import { ENDERS, MAKERS, type Stolen, stealSession } from '../helpers/stolen-session.ts';

describe('what makes a session or a token, while another request ends it', () => {
  const db = useInterleaving();

  const sessionsOf = ({ user }: Stolen) =>
    db.sql<{ id: string; kind: string }>('select id, kind from app_public.sessions where user_id = $1', [
      user.id,
    ]);
  /** Addresses, passwords and mailed tokens, with the same names for every account. */
  async function accountOf({ user }: Stolen): Promise<string> {
    const [row] = await db.sql<{ account: object }>(
      `select jsonb_build_object(
         'emails', (select jsonb_agg(jsonb_build_array(email, is_verified) order by email) from app_public.user_emails where user_id = $1),
         'is old password', (select (app_private.password_matches($2, password_hash)).is_match from app_private.user_secrets where user_id = $1),
         'is new password', (select (app_private.password_matches($3, password_hash)).is_match from app_private.user_secrets where user_id = $1),
         'tokens', (select count(*) from app_private.one_time_tokens where user_id = $1)
       ) as account`,
      [user.id, user.password, 'an entirely new one'],
    );
    return JSON.stringify(row!.account).replaceAll(user.name, 'NAME');
  }

  describe.each(Object.entries(ENDERS))('%s', (_, ender) => {
    let expected: string;
    beforeAll(async () => {
      const stolen = await stealSession(db);
      await db.interleave('follows', ender.step(stolen), { by: null, sql: 'select 1' });
      expected = await accountOf(stolen);
    });
    const provedInVain = Object.entries(MAKERS).filter(([, { way }]) => ender.ends.includes(way));

    it.each(provedInVain)('leaves nothing to a waiting or later %s', async (_, maker) => {
      // Only a session is judged before its statement runs.
      for (const schedule of maker.way === 'session' ? SCHEDULES : SCHEDULES.slice(0, 1)) {
        const stolen = await stealSession(db);
        const [ended, made] = await db.interleave(schedule, ender.step(stolen), maker.step(stolen));
        expect([schedule, ended.failure]).toEqual([schedule, undefined]);
        // Refused by an error of ours, or by a null that the server turns into one.
        const { failure = made.value ?? 'refused' } = made;
        expect([schedule, failure]).toEqual([schedule, expect.stringMatching(/^(refused|[A-Z_]{6,})$/)]);
        const left = await sessionsOf(stolen);
        expect(
          left.filter(({ id, kind }) => id !== stolen.user.session && !ender.keeps.includes(kind)),
        ).toEqual([]);
        expect(await accountOf(stolen)).toBe(expected);
      }
    });

    it.each(Object.entries(MAKERS).filter(([, { makes }]) => makes))(
      'ends what an earlier %s has made',
      async (_, maker) => {
        const stolen = await stealSession(db);
        const [made, ended] = await db.interleave('waits', maker.step(stolen), ender.step(stolen));
        expect(made.failure).toBeUndefined();
        expect(ended.failure ?? 'done').toMatch(/^(done|[A-Z_]{6,})$/);
        // The maker may have taken the ender's own right away, as a change of the password does.
        if (ended.failure || !ended.value) return;
        const own = [stolen.user.session, ended.value];
        const left = await sessionsOf(stolen);
        expect(left.filter(({ id, kind }) => !own.includes(id) && !ender.keeps.includes(kind))).toEqual([]);
        if (ender.ends.includes('mail')) expect(JSON.parse(await accountOf(stolen)).tokens).toBe(0);
      },
    );
  });
});
