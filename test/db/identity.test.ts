import { beforeEach, describe, expect, it } from '@jest/globals';
import { identityKey, mailboxKey } from '../../src/identity.ts';
import { expectDenied, expectViolation, type User, useDatabase } from '../helpers/actors.ts';

/** Names and addresses that `lower`, citext or a normalisation takes for others, with those others. */
const TWINS = [
  ['kim@mail.example', 'K\u0130m@mail.example'],
  ['kim@mail.example', '\u212aim@mail.example'],
  ['kim@mail.example', 'k\u0131m@mail.example'],
  ['kim@mail.example', 'kim@ma\u0130l.example'],
  ['kim@mail.example', 'kim@mai\uff4c.example'],
  ['kim@mail.example', 'ki\u00adm@mail.example'],
  ['kim@mail.example', 'kim\u200b@mail.example'],
  ['kim@mail.example', 'kim@mail.example.'],
  ['kim@mail.example', '"kim"@mail.example'],
  ['kim@mail.example', 'k\\im@mail.example'],
  ['kim@mail.example', 'kim(comment)@mail.example'],
  ['sam@mail.example', '\u017fam@mail.example'],
  ['jos\u00e9@mail.example', 'jose\u0301@mail.example'],
  ['jos\u00e9@mail.example', 'jos\u00c9@mail.example'],
  ['stra\u00dfe@mail.example', 'strasse@mail.example'],
  ['\u03c3@mail.example', '\u03c2@mail.example'],
] as const;

describe('whether two names are the same', () => {
  const db = useDatabase();
  const claim = (user: User, email: string, isVerified = true) =>
    db.owner.query('insert into app_public.user_emails (user_id, email, is_verified) values ($1, $2, $3)', [
      user.id,
      email,
      isVerified,
    ]);

  it('is decided by ASCII letters alone, whatever the locale folds', async () => {
    const { rows } = await db.owner.query(
      `select chr(code) as changed from generate_series(1, 1114111) as code
       where code not between 55296 and 57343 and code not between 65 and 90 and code <> 32
         and app_hidden.identity_key(chr(code)) <> chr(code)`,
    );
    expect(rows).toEqual([]);
    expect(await db.owner.value(`select app_hidden.identity_key(' AZaz[@\`{09_- ')`)).toBe('azaz[@`{09_-');
  });

  it('is decided alike in SQL and in Node', async () => {
    const names = ['Ada', ' ada ', '\tada', 'AZ@EXAMPLE.COM', ...TWINS.flat()];
    for (const name of names.filter((one) => !/@.*[^ -~]/.test(one)))
      expect(await db.owner.value('select app_hidden.identity_key($1)', [name])).toBe(identityKey(name));
    expect(identityKey('Kim@M\u00dcNCHEN.example')).toBe('kim@xn--mnchen-3ya.example');
  });

  it('is decided alike in SQL and in Node for mailboxes', async () => {
    const key = (text: string) =>
      db.owner.value(
        `select app_private.mailbox_key($1) = public.hmac(convert_to($2, 'UTF8'), throttle_key, 'sha256')
         from app_private.settings`,
        [text, mailboxKey(text)],
      );
    for (const address of [
      'A.da+x@Example.com',
      '"a b"@x.example',
      'x.example!a@x.example',
      'b!x!a+b%c%x.example@x.example',
      'a!@x.example',
      '!a@x.example',
      '%a@x.example',
      '+a@x.example',
      'JOS\u00c9@x.example',
      '\uff21@x.example',
      'x',
    ])
      expect([address, await key(address)]).toEqual([address, true]);
  });

  it('is decided for no column by citext', async () => {
    expect(
      await db.owner.value(
        `select count(*)::int from pg_attribute join pg_class on pg_class.oid = attrelid
         where relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace, 'app_hidden'::regnamespace)
           and atttypid = 'public.citext'::regtype`,
      ),
    ).toBe(0);
  });

  describe.each(TWINS)('of %s and %s', (own, twin) => {
    let owner: User;
    let rival: User;
    beforeEach(async () => {
      owner = await db.createUser('owner');
      rival = await db.createUser('rival');
      await claim(owner, own);
      await db.owner.query('delete from graphile_worker._private_jobs');
    });

    it('cannot be asked to reset the other’s password', async () => {
      const prepared = await db.owner.query('select * from app_private.prepare_password_reset($1)', [twin]);
      expect(prepared.rows).toMatchObject([{ kind: 'unknown_address', user_id: null, token: null }]);
    });

    it('cannot log in to the other, nor clear or use up its throttle', async () => {
      const logIn = (name: string, password: string) =>
        db.anonymous.value('select user_id from app_public.login($1, $2)', [name, password]);
      expect(await logIn(twin, owner.password)).toBeNull();
      const keys = await db.owner.value(
        'select app_private.login_name_key($1) = app_private.login_name_key($2)',
        [own, twin],
      );
      expect(keys).toBe(false);
      expect(await logIn(own, owner.password)).toBe(owner.id);
    });

    it('cannot take the other’s place by being verified', async () => {
      const before = await db.owner.query('select * from app_public.user_emails where user_id = $1', [
        owner.id,
      ]);
      const accepted = await claim(rival, twin).then(
        () => true,
        (error) => {
          expect(error).toMatchObject({ code: '23514', constraint: 'user_emails_email_check' });
          return false;
        },
      );
      const after = await db.owner.query('select * from app_public.user_emails where user_id = $1', [
        owner.id,
      ]);
      expect(after.rows).toEqual(before.rows);
      const find = (name: string) =>
        db.owner.value('select app_private.find_user_id_by_login_name($1)', [name]);
      expect(await find(own)).toBe(owner.id);
      expect(await find(twin)).toBe(accepted ? rival.id : null);
    });
  });

  it.each(['b\u0130m', 'bi\u1e3f', '\u212aim', 'k\u0131m', 'bo\u017f', 'ki\u00adm', 'kim\u200b', 'ｋim'])(
    'cannot be a question for the user name %j, which is refused',
    async (username) => {
      await db.createUser('kim');
      await expectViolation(
        db.anonymous.query('select app_public.register($1, $2, $3)', [
          username,
          'x@example.com',
          'a password',
        ]),
        'users_username_check',
      );
      expect(await db.owner.value('select count(*)::int from app_private.find_users($1)', [username])).toBe(
        0,
      );
    },
  );

  it.each([
    'ünï@exämple.com',
    '"ada"@example.com',
    '"a da"@example.com',
    'a\\da@example.com',
    'ada(x)@example.com',
    'ada,bob@example.com',
    'ada;bob@example.com',
    'ada:bob@example.com',
    'ada@[192.0.2.1]',
    'ada@192.0.2.1',
    'ada@example.1',
    'ada@example.com.',
    'ada@.example.com',
    'ada@example..com',
    'ada@-example.com',
    'ada@example-.com',
    'ada@exa_mple.com',
    '.ada@example.com',
    'ada.@example.com',
    'a..da@example.com',
    'ada\u00a0@example.com',
    'ada\u2028@example.com',
    'ada\u202e@example.com',
    'ada\u0001@example.com',
    'ada\u007f@example.com',
    'ada\u0085@example.com',
    'ada\ufeff@example.com',
    'ada\u{e0041}@example.com',
    'ａda@example.com',
    'jose\u0301@example.com',
  ])('cannot be a question for the address %j, which is refused', async (email) => {
    const ada = await db.createUser('ada');
    await expectViolation(claim(ada, email, false), 'user_emails_email_check');
    await expect(db.anonymous.query('select app_public.forgot_password($1)', [email])).rejects.toMatchObject({
      hint: 'INVALID_INPUT',
      column: 'email',
    });
  });

  it('cannot be asked by requests about others', async () => {
    const ada = await db.createUser('ada');
    for (const actor of [ada, await db.createAdministrator(), db.anonymous, db.authenticator])
      await expectDenied(actor.query(`select app_private.find_users('ada')`));
  });

  it('is not asked of an address that was accepted earlier, whose row can still be changed', async () => {
    const ada = await db.createUser('ada');
    await db.root.query('alter table app_public.user_emails disable trigger user');
    await claim(ada, '"old"@ex\u00e4mple.com', false);
    await db.root.query('alter table app_public.user_emails enable trigger user');
    await db.owner.query('update app_public.user_emails set is_verified = true where user_id = $1', [ada.id]);
    expect(
      await db.owner.value(`select app_private.find_user_id_by_login_name('"OLD"@ex\u00e4mple.COM')`),
    ).toBe(ada.id);
  });
});
