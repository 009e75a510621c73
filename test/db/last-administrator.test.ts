import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectCode, type User, useDatabase } from '../helpers/actors.ts';
import { useParallelRequests } from '../helpers/parallel-requests.ts';

const DEMOTE = `select app_public.set_user_role($1, 'user')`;
const SUSPEND = `select app_public.suspend_user($1, 'mutiny')`;

describe('the last administrator', () => {
  const db = useDatabase();
  let ada: User;
  let root: User;
  beforeEach(async () => {
    ada = await db.createUser('ada');
    root = await db.createAdministrator('root');
  });

  it.each([
    ['demoted', DEMOTE],
    ['suspended', SUSPEND],
  ])('cannot be %s', async (_, call) => {
    await expectCode(root.query(call, [root.id]), 'LAST_ADMINISTRATOR');
    expect(await root.value('select current_user')).toBe('webadmin');
  });

  it.each([
    ['demoted', DEMOTE],
    ['suspended', SUSPEND],
  ])('can be %s once there is another', async (_, call) => {
    const other = await db.createAdministrator();
    await root.query(call, [root.id]);
    await expectCode(other.query(call, [other.id]), 'LAST_ADMINISTRATOR');
  });

  it('is the last, although a suspended administrator is there', async () => {
    const other = await db.createAdministrator();
    await root.query(SUSPEND, [other.id]);
    for (const call of [DEMOTE, SUSPEND]) await expectCode(root.query(call, [root.id]), 'LAST_ADMINISTRATOR');
    await root.query(DEMOTE, [other.id]);
  });

  it('cannot keep others from being suspended or demoted', async () => {
    await root.query(SUSPEND, [ada.id]);
    await root.query(DEMOTE, [ada.id]);
  });
});

describe('two administrators at the same time', () => {
  const db = useParallelRequests();

  it.each([
    ['demote', DEMOTE],
    ['suspend', SUSPEND],
  ])('cannot %s each other: one is left', async (_, statement) => {
    const [first, second] = [await db.createUser(), await db.createUser()];
    await db.owner.query(
      `update app_public.user_accounts
       set role = case when user_id = any ($1) then 'administrator' else 'user' end::app_public.user_role`,
      [[first.id, second.id]],
    );
    const outcomes = await db.race([
      { sessionId: first.sessionId, statement, values: [second.id] },
      { sessionId: second.sessionId, statement, values: [first.id] },
    ]);
    expect(outcomes).toEqual(['done', 'LAST_ADMINISTRATOR']);

    const { rows } = await db.owner.query(
      `select user_id from app_public.user_accounts where role = 'administrator' and suspended_at is null`,
    );
    expect(rows).toEqual([{ user_id: first.id }]);
  });
});
