import type { KitDatabase, User } from './actors.ts';

/** What the owner of the schema finds in the tables about a user. */
export function accountFacts(db: KitDatabase) {
  const find = async (text: string, { id }: User) => (await db.owner.query(text, [id])).rows;
  return {
    /** The newest entry of the record. */
    lastEvent: async (user: User) =>
      (
        await find(
          `select action, actor_id, details from app_public.audit_events
           where user_id = $1 order by id desc limit 1`,
          user,
        )
      )[0],
    accountOf: async (user: User) =>
      (
        await find(
          'select role, suspended_at, suspension_reason from app_public.user_accounts where user_id = $1',
          user,
        )
      )[0]!,
    addressesOf: (user: User) =>
      find(
        'select email, is_verified, is_primary from app_public.user_emails where user_id = $1 order by email',
        user,
      ),
    /** What a mail to an address of the user would hold. */
    verificationToken: ({ id }: User, email: string) =>
      db.owner.value<string>(
        `select app_private.create_one_time_token('email_verification', user_id, id)
         from app_public.user_emails where user_id = $1 and email = $2`,
        [id, email],
      ),
  };
}
