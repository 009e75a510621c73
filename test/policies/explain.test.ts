import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { explain } from '../../policies/explain/explain.ts';
import type { Finding } from '../../policies/explain/finding.ts';
import type { Who } from '../../policies/explain/identity.ts';
import { reportText } from '../../policies/explain/report-text.ts';
import { policies } from './policies-command.ts';
import { readFixture, useTransaction, workedExample } from './use-transaction.ts';

const NOTES = `
  create table app_public.rowgate_test_notes (
    id integer primary key,
    user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
    title text not null,
    is_draft boolean not null default false,
    is_pinned boolean not null default false
  );
  alter table app_public.rowgate_test_notes enable row level security;
  create policy select_own on app_public.rowgate_test_notes for select to webuser
    using (user_id = (select app_public.current_user_id()) and not is_draft);
  create policy no_secrets on app_public.rowgate_test_notes as restrictive for select to webuser using (title <> 'secret');
  create policy insert_own on app_public.rowgate_test_notes for insert to webuser
    with check (user_id = (select app_public.current_user_id()));
  create policy update_own on app_public.rowgate_test_notes for update to webuser
    using (user_id = (select app_public.current_user_id()))
    with check (user_id = (select app_public.current_user_id()) and char_length(title) < 10);
  create policy delete_unpinned on app_public.rowgate_test_notes for delete to webuser
    using (user_id = (select app_public.current_user_id()) and (not is_pinned or title = 'between a and b'));
  grant select on app_public.rowgate_test_notes to webuser, anonymous;
  grant insert (id, user_id, title), update (title), delete on app_public.rowgate_test_notes to webuser;`;

describe('explain', () => {
  const db = useTransaction();
  let ada: string;
  let bob: string;
  const register = async (name: string) =>
    (
      await db.client.query('select user_id from app_public.register($1, $2, $3)', [
        name,
        `${name}@example.com`,
        `password of ${name}`,
      ])
    ).rows[0].user_id as string;

  beforeEach(async () => {
    ada = await register('ada');
    bob = await register('bob');
    await db.client.query(NOTES);
    await db.client.query(
      `insert into app_public.rowgate_test_notes (id, user_id, title, is_draft, is_pinned) values
        (1, $1, 'mine', false, false), (2, $1, 'draft', true, false), (3, $1, 'secret', false, false),
        (4, $1, 'pinned', false, true), (5, $2, 'theirs', false, false)`,
      [ada, bob],
    );
  });
  const findings = async (sql: string, user = 'ada'): Promise<Finding[]> =>
    (await explain(db.client, { user }, sql)).findings;
  /** What a policy clause that says no looks like, by the text of its conditions. */
  const refusal = (
    policy: string,
    clause: string,
    conditions: Record<string, boolean | null>,
    isPermissive = true,
  ) =>
    expect.objectContaining({
      policy,
      clause,
      isPermissive,
      conditions: Object.entries(conditions).map(([text, result]) =>
        expect.objectContaining({ text, result }),
      ),
    });
  const isOwn = 'user_id = (select app_public.current_user_id())';

  it('can say that nothing stands in the way', async () => {
    const {
      findings: none,
      withPolicies,
      role,
    } = await explain(
      db.client,
      { user: 'ada@example.com' },
      'select * from app_public.rowgate_test_notes where id = 1',
    );
    expect(none).toEqual([]);
    expect(role).toBe('webuser');
    expect(withPolicies).toMatchObject({ rows: 1 });
  });

  it('can name the condition that hides a row: select', async () => {
    expect(await findings('select title from app_public.rowgate_test_notes where id = 2')).toEqual([
      {
        kind: 'policy',
        table: 'app_public.rowgate_test_notes',
        command: 'select',
        clause: 'using',
        row: expect.objectContaining({ id: '2', title: 'draft' }),
        refused: 1,
        of: 1,
        isBroad: false,
        refusals: [refusal('select_own', 'using', { [isOwn]: true, 'not is_draft': false })],
      },
    ]);
  });

  it('can show what the two sides of a comparison are', async () => {
    const [finding] = await findings('select from app_public.rowgate_test_notes where id = 5');
    expect(finding).toMatchObject({
      refusals: [
        { policy: 'select_own', conditions: [{ result: false, sides: [bob, ada] }, { result: true }] },
      ],
    });
  });

  it('can look only at the rows that the statement asks for, joins and subqueries included', async () => {
    const [finding, further] = await findings(`
      select n.title from app_public.rowgate_test_notes as n join app_public.users as u on u.id = n.user_id
      where u.username = 'ada' and n.is_draft and exists (select from app_public.sessions where user_id = n.user_id)`);
    expect(finding).toMatchObject({
      table: 'app_public.rowgate_test_notes',
      refused: 1,
      of: 1,
      row: { id: '2' },
    });
    // A subquery's rows cannot be told apart; these come last, and are marked.
    expect(further).toMatchObject({ table: 'app_public.sessions', isBroad: true });
  });

  it('can name a restrictive policy', async () => {
    expect(await findings('select from app_public.rowgate_test_notes where id = 3')).toEqual([
      expect.objectContaining({
        refusals: [refusal('no_secrets', 'using', { "title <> 'secret'::text": false }, false)],
      }),
    ]);
  });

  it('can name the clause that refuses a new row: insert', async () => {
    expect(
      await findings(
        `insert into app_public.rowgate_test_notes (id, user_id, title) values (6, '${bob}', 'for you')`,
      ),
    ).toEqual([
      expect.objectContaining({
        command: 'insert',
        clause: 'with check',
        row: expect.objectContaining({ title: 'for you' }),
        refusals: [refusal('insert_own', 'with check', { [isOwn]: false })],
      }),
    ]);
  });

  it('can tell that a row to be returned must be visible too', async () => {
    const insert = `insert into app_public.rowgate_test_notes (id, title) values (6, 'secret')`;
    expect(await findings(insert)).toEqual([]);
    expect(await findings(`${insert} returning id`)).toEqual([
      expect.objectContaining({
        command: 'select',
        clause: 'with check',
        refusals: [refusal('no_secrets', 'using', { "title <> 'secret'::text": false }, false)],
      }),
    ]);
  });

  it('can name the clause that hides a row: update', async () => {
    expect(await findings(`update app_public.users set name = 'B' where username = 'bob'`)).toEqual([
      expect.objectContaining({
        table: 'app_public.users',
        command: 'update',
        clause: 'using',
        refusals: [refusal('update_own', 'using', { 'id = (select app_public.current_user_id())': false })],
      }),
      expect.objectContaining({ clause: 'with check' }),
    ]);
  });

  it('can name the clause that refuses a changed row: update', async () => {
    expect(
      await findings(`update app_public.rowgate_test_notes set title = 'much too long' where id = 1`),
    ).toEqual([
      expect.objectContaining({
        command: 'update',
        clause: 'with check',
        row: expect.objectContaining({ id: '1', title: 'much too long' }),
        refusals: [refusal('update_own', 'with check', { [isOwn]: true, 'char_length(title) < 10': false })],
      }),
    ]);
  });

  it('can name the clause that keeps a row: delete', async () => {
    expect(await findings('delete from app_public.rowgate_test_notes where id = 4')).toEqual([
      expect.objectContaining({
        command: 'delete',
        refusals: [
          refusal('delete_unpinned', 'using', {
            [isOwn]: true,
            "not is_pinned or title = 'between a and b'::text": false,
          }),
        ],
      }),
    ]);
  });

  it('can tell that the policies are for another role', async () => {
    expect(await findings('select from app_public.rowgate_test_notes', 'anonymous')).toEqual([
      {
        kind: 'no policy',
        table: 'app_public.rowgate_test_notes',
        command: 'select',
        rows: 5,
        isBroad: false,
        forOthers: [
          { policy: 'no_secrets', roles: ['webuser'] },
          { policy: 'select_own', roles: ['webuser'] },
        ],
      },
    ]);
  });

  it('can name a missing grant on a table, and what would then still stand in the way', async () => {
    expect(await findings('delete from app_public.users where id = app_public.current_user_id()')).toEqual([
      {
        kind: 'table grant',
        table: 'app_public.users',
        command: 'delete',
        mend: 'grant delete on app_public.users to webuser',
      },
      expect.objectContaining({ kind: 'no policy', command: 'delete', forOthers: [] }),
    ]);
  });

  it('can name the columns that a grant leaves out', async () => {
    expect(
      await findings(
        'update app_public.rowgate_test_notes set title = title, is_pinned = true, is_draft = false where id = 1',
      ),
    ).toEqual([
      {
        kind: 'column grant',
        table: 'app_public.rowgate_test_notes',
        command: 'update',
        columns: ['is_draft', 'is_pinned'],
        mend: 'grant update (is_draft, is_pinned) on app_public.rowgate_test_notes to webuser',
      },
    ]);
  });

  it('can name a schema that may not be used, and what in it is not granted', async () => {
    expect(await findings('select bcrypt_cost from app_private.settings')).toEqual([
      { kind: 'schema usage', schema: 'app_private', mend: 'grant usage on schema app_private to webuser' },
      expect.objectContaining({ kind: 'table grant', table: 'app_private.settings', command: 'select' }),
      expect.objectContaining({ kind: 'no policy', table: 'app_private.settings' }),
    ]);
  });

  it('can name a function that a policy calls and the user may not', async () => {
    await db.client.query(`
      create function app_hidden.rowgate_test_may_see(title text) returns boolean language sql stable as 'select true';
      revoke all on function app_hidden.rowgate_test_may_see(text) from public;
      alter policy no_secrets on app_public.rowgate_test_notes using (app_hidden.rowgate_test_may_see(title))`);
    expect(await findings('select from app_public.rowgate_test_notes where id = 1')).toEqual([
      expect.objectContaining({ kind: 'function grant', function: 'app_hidden.rowgate_test_may_see(text)' }),
    ]);
  });

  it('can tell that the user has no way in at all', async () => {
    await db.client.query('update app_public.user_accounts set suspended_at = now() where user_id = $1', [
      ada,
    ]);
    expect(await findings('select from app_public.rowgate_test_notes')).toEqual([
      { kind: 'session', message: expect.stringContaining('Log in again') },
    ]);
    await expect(findings('select', 'nobody')).rejects.toThrow('There is no user with the name nobody.');
  });

  it('can show the hole of the worked example, and what mends it', async () => {
    await db.client.query(workedExample());
    await db.client.query(
      `insert into app_public.documents (owner_id, title, is_shared) values ($1, 'Plan', true)`,
      [ada],
    );
    const takeOver = `update app_public.documents set owner_id = '${bob}' where is_shared`;
    expect(await findings(takeOver, 'bob')).toEqual([]);
    await db.client.query(
      'revoke update on app_public.documents from webuser; grant update (title, body) on app_public.documents to webuser',
    );
    expect(await findings(takeOver, 'bob')).toEqual([
      expect.objectContaining({ kind: 'column grant', columns: ['owner_id'] }),
    ]);
  });

  it('can tell what fails for everybody', async () => {
    expect(
      await findings(`insert into app_public.rowgate_test_notes (id, title) values (1, 'twice')`),
    ).toEqual([{ kind: 'error', message: expect.stringContaining('notes_pkey') }]);
  });

  it('can compare the plans, and measure each policy', async () => {
    const explanation = await explain(
      db.client,
      { user: ada },
      'select id from app_public.rowgate_test_notes',
    );
    expect(explanation.withPolicies).toMatchObject({ rows: 2, time: expect.any(Number) });
    expect(explanation.withoutPolicies).toMatchObject({
      rows: 5,
      text: expect.stringContaining('on rowgate_test_notes'),
    });
    expect(explanation.policyCosts.map(({ policy }) => policy).sort()).toEqual(['no_secrets', 'select_own']);
  });

  it('cannot change anything', async () => {
    const count = async () =>
      (await db.client.query('select count(*)::integer, max(title) from app_public.rowgate_test_notes')).rows;
    const before = await count();
    await findings('delete from app_public.rowgate_test_notes');
    await findings(`update app_public.rowgate_test_notes set title = 'z'`);
    expect(await count()).toEqual(before);
    const { rows } = await db.client.query(
      'select current_user, has_schema_privilege($1, $2, $3) as usable',
      ['webuser', 'app_private', 'usage'],
    );
    expect(rows).toEqual([{ current_user: 'postgres', usable: false }]);
  });

  it('can be read', async () => {
    const text = stripVTControlCharacters(
      reportText(
        await explain(db.client, { user: 'ada' }, 'select * from app_public.rowgate_test_notes where id = 5'),
      ),
    );
    expect(text).toContain(`One thing stands in the way of this select for ada (${ada}) as webuser.`);
    expect(text).toContain('✗ app_public.rowgate_test_notes: 1 of 1 row hidden, by select.');
    expect(text).toContain('policy select_own, using, does not allow it:');
    expect(text).toContain(
      `✗ user_id = (select app_public.current_user_id())\n          ${bob} on the left, ${ada} on the right`,
    );
    expect(text).toContain('With row-level security: 0 rows');
  });
});

describe('explain, on a schema of another style', () => {
  const db = useTransaction();
  const ada = '00000000-0000-0000-0000-00000000000a';
  const member: Who = {
    role: 'saas_member',
    settings: { 'request.jwt.claims': JSON.stringify({ sub: ada }) },
  };
  beforeEach(async () => {
    await db.client.query(readFixture('saas.sql'));
    await db.client.query(`
      insert into saas.organization (name) values ('hers'), ('theirs');
      insert into saas.membership (organization_id, user_id) values (1, '${ada}');
      insert into saas.document (organization_id, created_by, title) values (1, '${ada}', 'a'), (2, gen_random_uuid(), 'b')`);
  });
  const findings = async (who: Who, sql: string) => (await explain(db.client, who, sql)).findings;
  const refused = (policy: string, clause: string, text: string) =>
    expect.objectContaining({
      refusals: [
        expect.objectContaining({ policy, clause, conditions: [expect.objectContaining({ text })] }),
      ],
    });

  it('can name the policy of another organization’s document', async () => {
    expect(await findings(member, `SELECT * FROM saas.document WHERE title = 'b'`)).toEqual([
      refused('Members work on documents', 'using', 'saas.is_member(organization_id)'),
    ]);
  });

  it('can name the restrictive policy of a publication', async () => {
    const [finding, ...more] = await findings(
      member,
      `INSERT INTO saas.document (organization_id, created_by, title, is_public) VALUES (1, '${ada}', 'c', true)`,
    );
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      refusals: [{ policy: 'Only paying organizations publish', isPermissive: false, clause: 'with check' }],
    });
  });

  it('can name the clause that stands in for a missing `with check`', async () => {
    expect(
      await findings(member, `UPDATE saas.document SET organization_id = 2 WHERE title = 'a'`),
    ).toContainEqual(refused('Members work on documents', 'using', 'saas.is_member(organization_id)'));
  });

  it('can name a column that guests may not read', async () => {
    expect(
      await findings({ role: 'saas_guest', settings: {} }, 'SELECT id, created_by FROM saas.document'),
    ).toEqual([
      expect.objectContaining({ kind: 'column grant', table: 'saas.document', columns: ['created_by'] }),
      refused('Public documents', 'using', 'is_public'),
    ]);
  });

  it('can see that a view works with the rights of its owner', async () => {
    const guest = { role: 'saas_guest', settings: {} };
    const { findings: none, withPolicies } = await explain(
      db.client,
      guest,
      'SELECT * FROM saas.document_title',
    );
    expect(none).toEqual([]);
    expect(withPolicies).toMatchObject({ rows: 2 });
  });
});

describe('policies explain', () => {
  const db = useTransaction();

  it('can be asked on the command line', async () => {
    const { exitCode, output } = await policies(
      db.database.root,
      'explain',
      '--as',
      'anonymous',
      '--json',
      'delete from app_public.users;',
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(output).findings).toMatchObject([{ kind: 'table grant' }]);
  });

  it('cannot be asked for nobody, or with anything but one statement', async () => {
    const statement = 'select from app_public.users';
    expect(await policies(db.database.root, 'explain', statement)).toMatchObject({ exitCode: 2 });
    expect(await policies(db.database.root, 'explain', '--as', 'anonymous')).toMatchObject({ exitCode: 2 });
    for (const [wrong, note] of [
      ['selec 1', 'syntax error'],
      ['app_public.users', 'Give one statement'],
    ] as const)
      expect(await policies(db.database.root, 'explain', '--as', 'anonymous', wrong)).toMatchObject({
        exitCode: 2,
        notes: expect.stringContaining(note),
      });
    expect(
      await policies(db.database.authenticator, 'explain', '--as', 'anonymous', statement),
    ).toMatchObject({
      exitCode: 2,
      notes: expect.stringContaining('needs a superuser'),
    });
  });
});
