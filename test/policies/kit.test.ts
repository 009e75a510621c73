import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  crossTenant,
  expectDenied,
  expectInvisible,
  useDatabase,
  useGraphql,
} from '../../policies/kit/index.ts';
import { readFixture, workedExample } from './use-transaction.ts';

const NOTES = `
  create table app_public.rowgate_test_notes (
    id integer primary key generated always as identity,
    user_id uuid not null default app_public.current_user_id() references app_public.users on delete cascade,
    title text not null
  );
  alter table app_public.rowgate_test_notes enable row level security;
  create policy manage_own on app_public.rowgate_test_notes to webuser
    using (user_id = (select app_public.current_user_id()));
  grant select, delete on app_public.rowgate_test_notes to webuser;
  grant insert (title), update (title) on app_public.rowgate_test_notes to webuser;`;

describe('actors', () => {
  const db = useDatabase();

  it('can be asked for by name, once for each test', async () => {
    const ada = await db.asUser('ada');
    expect(await db.asUser('ada')).toBe(ada);
    expect(await ada.value('select app_public.current_user_id()')).toBe(ada.id);
    expect(await ada.value('select current_user')).toBe('webuser');
    expect(await (await db.asAdmin()).value('select current_user')).toBe('webadmin');
    expect(await db.asAnonymous().value('select current_user')).toBe('anonymous');
  });

  it('can act as any role, with the settings its policies read', async () => {
    const { id } = await db.createUser();
    const actor = db.as('webuser', { 'app.user_id': id });
    expect(await actor.value('select app_public.current_user_id()')).toBe(id);
    expect(await db.anonymous.value('select app_public.current_user_id()')).toBeNull();
  });

  it('can ask at the same time', async () => {
    const [ada, bob] = [await db.asUser('ada'), await db.asUser('bob')];
    const ask = 'select app_public.current_user_id()';
    const refused = expectDenied(bob.query('select from app_private.user_secrets'));
    expect(await Promise.all([ada.value(ask), bob.value(ask), ada.value(ask)])).toEqual([
      ada.id,
      bob.id,
      ada.id,
    ]);
    await refused;
  });

  it('cannot end the transaction that is rolled back', async () => {
    const end = /cannot end its transaction/;
    for (const sql of [
      'commit',
      'rollback',
      'end',
      'abort',
      `prepare transaction 'kit'`,
      'select 1; commit; create table app_public.left_behind (id int)',
      'select begin atomic from (select 1 as begin) x; commit; select 1 as end',
      'select 1 --\r; commit',
      'commit and chain',
    ])
      await expect(db.owner.query(sql)).rejects.toThrow(end);
    const ada = await db.asUser('ada');
    await expect(ada.query('commit')).rejects.toThrow(end);
    // What only looks like it.
    await db.owner.query(
      `savepoint one; select 'commit' as "end", case when true then 1 end; rollback to one`,
    );
    await db.owner.query(`do $$ begin perform 1; end $$`);
    expect(await ada.value('select current_user')).toBe('webuser');
  });

  it('can tell a refusal from a row that is hidden', async () => {
    const ada = await db.asUser('ada');
    const hidden = ada.query('delete from app_public.sessions where user_id <> $1', [ada.id]);
    await expectInvisible(hidden);
    await expect(expectDenied(hidden)).rejects.toThrow();
    const refused = ada.query('delete from app_public.users');
    await expectDenied(refused);
    await expect(expectInvisible(refused)).rejects.toThrow();
  });
});

describe('factories', () => {
  const db = useDatabase();

  it('can fill what is required, rows referred to included', async () => {
    const email = await db.insertRow('app_public.user_emails');
    expect(email.email).toMatch(/@/);
    expect(
      await db.owner.value('select username from app_public.users where id = $1', [email.user_id]),
    ).toMatch(/^x/);
  });

  it('can keep what is given', async () => {
    const ada = await db.asUser('ada');
    const email = await db.insertRow(
      'app_public.user_emails',
      { email: 'a@example.org' },
      { 'app_public.users': ada.id },
    );
    expect(email).toMatchObject({ email: 'a@example.org', user_id: ada.id, is_verified: false });
  });

  it('can satisfy keys of several columns, domains, enums and checks', async () => {
    await db.owner.query(`
      create domain app_public.rowgate_test_rating as integer check (value between 0 and 5);
      create type app_public.rowgate_test_mood as enum ('glad', 'sad');
      create table app_public.rowgate_test_shelves (room text, place integer, primary key (room, place));
      create table app_public.rowgate_test_books (
        id bigint primary key generated always as identity,
        room text not null, place integer not null, rating app_public.rowgate_test_rating not null, mood app_public.rowgate_test_mood not null,
        tags text[] not null, lent daterange not null, cover bytea not null, details jsonb not null,
        language text not null check (language ~ '^[a-z]{2}$'),
        foreign key (room, place) references app_public.rowgate_test_shelves
      )`);
    const book = await db.insertRow('app_public.rowgate_test_books', { room: 'attic' });
    expect(book).toMatchObject({ room: 'attic', mood: 'glad', language: 'en' });
    expect(await db.owner.value('select room from app_public.rowgate_test_shelves')).toBe('attic');
  });

  it('cannot guess everything, and then names what to give', async () => {
    await db.owner.query(
      `create table app_public.rowgate_test_locks (code text not null check (code = 'sesame'))`,
    );
    await expect(db.insertRow('app_public.rowgate_test_locks')).rejects.toThrow(/locks; give code/);
    await expect(db.insertRow('app_public.rowgate_test_locks', { code: 'sesame' })).resolves.toEqual({
      code: 'sesame',
    });
  });
});

describe('jobs and mails', () => {
  const db = useDatabase();

  it('can be read by the test that caused them', async () => {
    await db.anonymous.query(`select app_public.forgot_password('nobody@example.com')`);
    expect(await db.jobs('send_password_reset')).toMatchObject([
      { payload: { email: 'nobody@example.com' } },
    ]);
    expect(await db.jobs('send_nothing')).toEqual([]);
  });

  it('can be delivered: the worker’s tasks run, each job once', async () => {
    const ada = await db.asUser('ada');
    await db.mails();
    await db.anonymous.query('select app_public.forgot_password($1)', [ada.email]);
    expect(await db.mails()).toMatchObject([{ to: ada.email, subject: 'Choose a new password' }]);
    expect(await db.mails()).toEqual([]);
  });
});

describe('GraphQL', () => {
  const db = useDatabase();
  const graphql = useGraphql(db);

  it('can run as anybody, in the transaction of the test', async () => {
    const ada = await db.asUser('ada');
    const document = '{ currentUser { username } }';
    expect(await graphql(ada, document)).toMatchObject({
      data: { currentUser: { username: 'ada' } },
      errors: undefined,
    });
    expect(await graphql(db.anonymous, document)).toMatchObject({ data: { currentUser: null } });
  });

  it('can go on as the user who has just logged in', async () => {
    const ada = await db.asUser('ada');
    const document = `mutation ($password: String!) {
      login(input: { username: "ada", password: $password }) { query { currentUser { username } } }
    }`;
    const { data } = await graphql(db.anonymous, document, { password: ada.password });
    expect(data.login.query.currentUser).toEqual({ username: 'ada' });
    expect(await graphql(db.anonymous, document, { password: 'wrong' })).toMatchObject({
      code: 'INVALID_CREDENTIALS',
    });
  });

  it('cannot change what a policy hides', async () => {
    const [ada, bob] = [await db.asUser('ada'), await db.asUser('bob')];
    const document = `mutation ($id: UUID!) { deleteSession(input: { rowId: $id }) { session { rowId } } }`;
    expect(await graphql(ada, document, { id: bob.sessionId })).toMatchObject({ code: 'NOT_FOUND' });
    expect(
      await db.owner.value('select count(*)::integer from app_public.sessions where id = $1', [
        bob.sessionId,
      ]),
    ).toBe(1);
  });
});

describe('crossTenant', () => {
  const db = useDatabase();
  const shared = { 'app_public.users': 'the public profile' };
  const ownerColumns = { 'app_public.audit_events': 'user_id' };
  const notes = async () =>
    (await crossTenant(db, { shared, ownerColumns })).covered.find(
      ({ table }) => table === 'app_public.rowgate_test_notes',
    );

  it('can cover a table that nobody has written a test for', async () => {
    await db.owner.query(NOTES);
    expect(await notes()).toEqual({
      table: 'app_public.rowgate_test_notes',
      ownerColumn: 'user_id',
      outcomes: {
        select: 'hidden',
        insert: 'refused',
        update: 'hidden',
        delete: 'hidden',
        reassign: 'refused',
      },
    });
    expect(await db.owner.value('select count(*)::integer from app_public.rowgate_test_notes')).toBe(0);
  });

  it.each([
    [
      'select',
      'create policy leak on app_public.rowgate_test_notes for select to webuser using (true)',
      /notes: select: a user reads/,
    ],
    [
      'update',
      'create policy leak on app_public.rowgate_test_notes for update to webuser using (true); create policy leak_2 on app_public.rowgate_test_notes for select to webuser using (true)',
      /notes: update: a user updates/,
    ],
    [
      'delete',
      'create policy leak on app_public.rowgate_test_notes for delete to webuser using (true); create policy leak_2 on app_public.rowgate_test_notes for select to webuser using (true)',
      /notes: delete: a user deletes/,
    ],
    [
      'insert',
      'create policy leak on app_public.rowgate_test_notes for insert to webuser with check (true); grant insert on app_public.rowgate_test_notes to webuser',
      /notes: insert: a user inserts/,
    ],
    [
      'giving away',
      'create policy leak on app_public.rowgate_test_notes for update to webuser using (true) with check (true); grant update on app_public.rowgate_test_notes to webuser; create policy leak_2 on app_public.rowgate_test_notes for select to webuser using (true)',
      /notes: reassign: a user (gives|takes)/,
    ],
    [
      'row-level security switched off',
      'alter table app_public.rowgate_test_notes disable row level security',
      /notes: delete/,
    ],
  ])('cannot be passed by a hole: %s', async (_hole, sql, problem) => {
    await db.owner.query(`${NOTES}; ${sql}`);
    await expect(notes()).rejects.toThrow(problem);
  });

  it('cannot be told that a table is shared which is not', async () => {
    const reason = 'everybody reads them';
    await expect(
      crossTenant(db, { shared: { ...shared, 'app_public.user_emails': reason } }),
    ).rejects.toThrow(/user_emails: listed as shared, and no other user can select it/);
    await expect(
      crossTenant(db, { shared: { ...shared, 'app_public.rowgate_test_tags': reason } }),
    ).rejects.toThrow(/tags is named/);
  });

  it('can say which tables it could not cover, and why', async () => {
    await db.owner.query(`
      create table app_public.rowgate_test_tags (name text primary key);
      create table app_public.rowgate_test_locks (user_id uuid references app_public.users, code text not null check (code = 'sesame'));
      grant select on app_public.rowgate_test_tags, app_public.rowgate_test_locks to webuser`);
    const { notCovered, outOfReach } = await crossTenant(db, { shared, ownerColumns });
    expect(notCovered).toEqual([
      {
        table: 'app_public.rowgate_test_tags',
        reason: expect.stringContaining('no foreign key to app_public.users'),
      },
      { table: 'app_public.rowgate_test_locks', reason: expect.stringContaining('give code') },
    ]);
    expect(outOfReach).toContain('app_private.user_secrets');
  });

  it('can find the hole of the worked example, where editing is meant to be for all and taking over is not', async () => {
    await db.owner.query(workedExample());
    const documents = 'app_public.documents';
    const reason = 'everybody works on a shared document';
    const options = {
      shared: { ...shared, [documents]: reason },
      editable: { [documents]: reason },
      rows: { [documents]: { is_shared: true } },
      ownerColumns,
    };
    await expect(crossTenant(db, options)).rejects.toThrow(
      /documents: reassign: a user takes the row of another/,
    );

    await db.owner.query(
      'revoke update on app_public.documents from webuser; grant update (title, body) on app_public.documents to webuser',
    );
    const { covered } = await crossTenant(db, options);
    expect(covered).toContainEqual(
      expect.objectContaining({
        table: documents,
        outcomes: expect.objectContaining({ update: 'shared', reassign: 'refused' }),
      }),
    );
  });
});

describe('crossTenant, on a schema of another style', () => {
  const db = useDatabase();
  const createUser = async () => {
    const id = randomUUID();
    return { id, ...db.as('saas_member', { 'request.jwt.claims': JSON.stringify({ sub: id }) }) };
  };
  const options = {
    usersTable: 'saas.membership',
    ownerColumns: { 'saas.membership': 'user_id', 'saas.document': 'created_by' },
    createUser,
  };

  it('can tell what is covered, and what nobody owns', async () => {
    await db.root.query(readFixture('saas.sql'));
    const { covered, notCovered } = await crossTenant(db, options);
    expect(covered.map(({ table }) => table)).toEqual(['saas.document', 'saas.membership']);
    expect(notCovered.map(({ table }) => table)).toEqual(['saas.activity', 'saas.organization']);
  });

  it('cannot be passed by a hole', async () => {
    await db.root.query(readFixture('saas.sql'));
    await db.root.query('CREATE POLICY leak ON saas.membership FOR SELECT TO saas_member USING (true)');
    await expect(crossTenant(db, options)).rejects.toThrow(/saas.membership: select: a user reads/);
  });
});
