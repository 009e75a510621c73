import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, expectDenied, type User, useDatabase } from '../helpers/actors.ts';

describe('passwords', () => {
  const db = useDatabase();
  let ada: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
  });
  const storedHash = (user = ada) =>
    db.owner.value<string>('select password_hash from app_private.user_secrets where user_id = $1', [
      user.id,
    ]);
  const setCost = (cost: number) =>
    db.owner.query('update app_private.settings set bcrypt_cost = $1', [cost]);
  const logIn = (password: string) =>
    db.anonymous.value('select user_id from app_public.login($1, $2)', ['ada', password]);

  const logInAs = (name: string) =>
    db.anonymous.value('select user_id from app_public.login($1, $2)', [name, 'wrong']);

  describe('hashes', () => {
    it('are bcrypt at the cost of the settings, with a salt each', async () => {
      const hash = await storedHash();
      expect(hash).toMatch(/^\$2a\$04\$.{53}$/);
      expect(await db.owner.value('select app_private.hash_password($1)', [ada.password])).not.toBe(hash);
      await setCost(5);
      expect(await db.owner.value('select app_private.hash_password($1)', ['x'])).toMatch(/^\$2a\$05\$/);
    });

    it('are made of the SHA-384 of the password, which bcrypt cannot cut', async () => {
      expect(
        await db.owner.value(
          `select password_hash
             = public.crypt(encode(public.digest($2, 'sha384'), 'base64'), password_hash)
           from app_private.user_secrets where user_id = $1`,
          [ada.id, ada.password],
        ),
      ).toBe(true);
      expect(await db.owner.value(`select length(app_private.prepare_password(repeat('x', 1024)))`)).toBe(64);
    });

    it('are made anew at a login after the cost has changed', async () => {
      const before = await storedHash();
      await logIn(ada.password);
      expect(await storedHash()).toBe(before);

      await setCost(5);
      await logIn('wrong');
      expect(await storedHash()).toBe(before);
      await logIn(ada.password);
      expect(await storedHash()).toMatch(/^\$2a\$05\$/);
      expect(await logIn(ada.password)).toBe(ada.id);
    });

    it('from before passwords had one form go on to work, and are made anew at the next login', async () => {
      const typed = 'ｐassword of a\u0301da';
      const setOld = (password: string) =>
        db.owner.query(
          `update app_private.user_secrets set password_hash
             = public.crypt(encode(public.digest($2, 'sha384'), 'base64'), public.gen_salt('bf', 4)) where user_id = $1`,
          [ada.id, password],
        );
      await setOld(typed);
      const before = await storedHash();
      // The old hash holds only what was typed.
      expect(await logIn('password of áda')).toBeNull();
      expect(await logIn(`${typed}x`)).toBeNull();
      expect(await storedHash()).toBe(before);

      expect(await logIn(typed)).toBe(ada.id);
      const after = await storedHash();
      expect(after).not.toBe(before);
      expect(await logIn('password of áda')).toBe(ada.id);
      expect(await logIn(typed)).toBe(ada.id);
      expect(await storedHash()).toBe(after);

      // Confirmed or changed in a session, it is the same.
      await setOld(typed);
      expect(await ada.value('select app_public.change_password($1, $2)', [typed, 'a new ｐassword'])).toBe(
        true,
      );
      expect(await logIn('a new password')).toBe(ada.id);
    });

    it('of others stay as they are then', async () => {
      const bob = await db.createUser();
      const before = await storedHash(bob);
      await setCost(5);
      await logIn(ada.password);
      expect(await storedHash(bob)).toBe(before);
    });

    it('are made with a new salt only where a password is stored', async () => {
      await db.owner.query(
        `create or replace function app_private.hash_password(password text) returns text
         language plpgsql as $$ begin raise 'hashed' using errcode = 'RGHSH'; end $$`,
      );
      for (const name of ['ada', 'nobody', ada.email])
        expect([name, await logInAs(name)]).toEqual([name, null]);
    });
  });

  // Each hash takes long, so their number must not tell whether there is an account, or how old its hash is.
  it.each([
    ['in one form already', 'wrong password', 1],
    ['in another', 'wrong ｐassword', 2],
  ])(
    'that are wrong cost as many hashes with an account as without, typed %s',
    async (_, typed, expected) => {
      await db.root.query(`alter function public.crypt(text, text) rename to real_crypt`);
      await db.root.query('create table public.rowgate_test_hashes (setting text)');
      await db.root.query(
        `create function public.crypt(text, text) returns text language sql volatile security definer
       as $$ insert into public.rowgate_test_hashes values (left($2, 7)); select public.real_crypt($1, $2) $$`,
      );
      await db.root.query('grant execute on function public.crypt(text, text) to public');
      const hashesOf = async (name: string) => {
        await db.root.query('delete from public.rowgate_test_hashes');
        expect(await db.anonymous.value('select app_public.login($1, $2)', [name, typed])).toBeNull();
        return db.root.value('select array_agg(setting) from public.rowgate_test_hashes');
      };
      const old = await db.createUser('old');
      await db.owner.query(
        `update app_private.user_secrets set password_hash
         = public.real_crypt(app_private.digest_password('ｏld password'), public.gen_salt('bf', 4)) where user_id = $1`,
        [old.id],
      );
      const without = await db.createUser('without');
      await db.owner.query('delete from app_private.user_secrets where user_id = $1', [without.id]);
      for (const name of ['ada', 'old', 'without', 'nobody', 'nobody@example.com'])
        expect([name, await hashesOf(name)]).toEqual([name, Array(expected).fill('$2a$04$')]);
    },
  );

  describe('characters', () => {
    const change = async (password: string) => {
      await ada.query('select app_public.change_password($1, $2)', [ada.password, password]);
      ada.password = password;
    };

    it.each([
      ['100 bytes that differ in the last', 'x'.repeat(99), 'a', 'b'],
      ['1,024 bytes that differ in the last', 'x'.repeat(1023), 'a', 'b'],
      ['white space at the end', 'a long password', ' ', ''],
      ['letters that only look alike', 'a long password', 'а', 'a'],
      ['characters that are compatible, but not of another width', 'a long password', '²', '2'],
      ['control characters', 'a long password', '\u0001', '\u0002'],
      ['upper and lower case', 'a long password', 'a', 'A'],
    ])('are all told apart: %s', async (_, start, right, wrong) => {
      await change(start + right);
      expect(await logIn(start + wrong)).toBeNull();
      expect(await logIn(start + right)).toBe(ada.id);
    });

    it.each(['        ', '😀😀😀😀😀😀😀😀', '\\\'";--\n\t\r\b', 'пароль-мой', '{{{}}}%s$1'])(
      'can be %j',
      async (password) => {
        await change(password);
        expect(await logIn(password)).toBe(ada.id);
      },
    );

    it.each([
      ['composed and decomposed letters', 'é', 'e\u0301'],
      ['fullwidth and ordinary characters', 'Ａ１！　', 'A1! '],
      ['halfwidth and ordinary katakana, with a mark of its own', 'ｶﾞ', 'ガ'],
      ['halfwidth and ordinary Hangul letters', 'ﾡ', 'ㄱ'],
    ])('are one password, however they are written: %s', async (_, one, other) => {
      for (const [set, typed] of [
        [one, other],
        [other, one],
      ] as const) {
        await change(`a long password ${set}`);
        expect(await logIn(`a long password ${typed}`)).toBe(ada.id);
        expect(await logIn(`a long password ${set}`)).toBe(ada.id);
        expect(await logIn('a long password')).toBeNull();
        await db.owner.query('delete from app_private.login_attempts');
      }
    });

    it('cannot be NUL', async () => {
      await expect(change('a long pass\0word')).rejects.toMatchObject({ code: '22021' });
    });
  });

  describe('app_private.assert_password_is_acceptable', () => {
    const check = (password: string | null) =>
      db.owner.query(`select app_private.assert_password_is_acceptable($1, 'newPassword')`, [password]);

    it.each([
      ['8 characters', 'xk3 9fqz'],
      ['8 characters of 4 bytes', '😀'.repeat(8)],
      ['1,024 bytes', 'x'.repeat(1024)],
      ['512 characters of 2 bytes', 'é'.repeat(512)],
    ])('can pass %s', async (_, password) => {
      await check(password);
    });

    it.each([
      ['null', null],
      ['7 characters', 'xk3 9fq'],
      ['7 characters of 4 bytes', '😀'.repeat(7)],
      ['1,025 bytes', 'x'.repeat(1025)],
      ['513 characters of 2 bytes', 'é'.repeat(513)],
    ])('cannot pass %s', async (_, password) => {
      await expectCode(check(password), 'WEAK_PASSWORD');
    });

    it.each(['password', 'Password', 'PASSWORD1', '12345678', 'qwertyuiop', 'iloveyou', 'trustno1'])(
      'cannot pass the common %s',
      async (password) => {
        await expectCode(check(password), 'WEAK_PASSWORD');
      },
    );

    it.each([
      ['a common one in wide letters', 'ｐａｓｓｗｏｒｄ'],
      ['8 code points that are 4 letters', 'e\u0301'.repeat(4)],
    ])('judges the form in which passwords are compared: %s', async (_, password) => {
      await expectCode(check(password), 'WEAK_PASSWORD');
    });

    it.each([
      ['more than 1,024 bytes, but not in that form', 'e\u0301'.repeat(400)],
      ['1,023 bytes that are more in that form', '\u0958'.repeat(341)],
    ])('can pass %s', async (_, password) => {
      await check(password);
    });

    it.each(['password of ada', ' password', 'passwordpassword1x'])('can pass %j', async (password) => {
      await check(password);
    });

    it('names the field', async () => {
      await expect(check('short')).rejects.toMatchObject({ column: 'newPassword' });
    });

    it('knows a list that the length alone would not refuse, in lower case', async () => {
      const { rows } = await db.owner.query(
        `select count(*)::int as total, min(length(password)) as shortest, bool_and(password = lower(password)) as is_lower
         from app_private.common_passwords`,
      );
      expect(rows).toEqual([{ total: expect.any(Number), shortest: 8, is_lower: true }]);
      expect(rows[0]!.total).toBeGreaterThan(3000);
    });
  });

  it.each([
    `normalize_password('x')`,
    `digest_password('x')`,
    `prepare_password('x')`,
    `hash_password('x')`,
    `password_matches('x', null)`,
    `assert_password_is_acceptable('x', 'y')`,
  ])('cannot be tried through %s', async (call) => {
    const administrator = await db.createAdministrator();
    for (const actor of [ada, db.anonymous, administrator, db.authenticator])
      await expectDenied(actor.query(`select app_private.${call}`));
  });
});
