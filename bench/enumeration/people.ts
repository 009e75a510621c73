import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';

/** What a prober may try: names and ids of which one list exists and the other does not, alike in everything else. */
export type People = {
  /** Login names, by turns a user name, a verified address, and the only claim of an account. */
  names: Two<string>;
  /** Verified addresses. */
  addresses: Two<string>;
  /** Ids of other people's addresses. */
  emailIds: Two<string>;
  /** Ids of the prober's own claims: to addresses that others have verified, and to addresses that nobody has. */
  claims: Two<string>;
  /** The addresses of those claims. */
  claimedAddresses: Two<string>;
  prober: { username: string; password: string };
};
/** The same number of each. */
export type Two<T> = { known: T[]; unknown: T[] };

const PROBER = { username: 'prober', password: 'password of the prober' };

const INSERT_USERS = `
with new_users as (
  insert into app_public.users (username) select unnest($1::text[]) returning id, username
), accounts as (
  insert into app_public.user_accounts (user_id) select id from new_users
), secrets as (
  insert into app_private.user_secrets (user_id, password_hash)
  select id, $2 from new_users
)
insert into app_public.user_emails (user_id, email, is_primary, is_verified)
select id, username || '@example.com', true, $3 from new_users
returning id, email`;

const INSERT_CLAIMS = `
insert into app_public.user_emails (user_id, email)
select users.id, claim.email from app_public.users, unnest($1::text[]) as claim (email)
where username = $2
returning id, email`;

const newName = () => `u${randomBytes(6).toString('hex')}`;
const addressOf = (name: string) => `${name}@example.com`;

/** Writes `count` people of each kind, and the prober; as the owner of the schema. */
export async function writePeople(owner: pg.Client, count: number): Promise<People> {
  const { rows } = await owner.query(
    'select app_private.hash_password($1) as own, app_private.hash_password($2) as others',
    [PROBER.password, 'a password of others'],
  );
  const insert = async (names: string[], isVerified: boolean, hash: string = rows[0].others) =>
    (await owner.query<{ id: string; email: string }>(INSERT_USERS, [names, hash, isVerified])).rows;
  const make = () => Array.from({ length: count }, newName);

  const [verified, claimed, nobodies] = [make(), make(), make()];
  const emails = await insert(verified, true);
  await insert(claimed, false);
  await insert([PROBER.username], true, rows[0].own);

  const strangers = make().map(addressOf);
  // In random order, as their own names are, so that neither list lies on pages of its own.
  const targets = [...emails.map(({ email }) => email), ...strangers].sort();
  const claims = await owner.query<{ id: string; email: string }>(INSERT_CLAIMS, [targets, PROBER.username]);
  const idsOf = (addresses: string[]) => {
    const wanted = new Set(addresses);
    return claims.rows.filter(({ email }) => wanted.has(email)).map(({ id }) => id);
  };

  await owner.query('delete from graphile_worker._private_jobs');
  await owner.query('vacuum analyze');
  const loginNames = (some: string[], others: string[]) =>
    some.map((name, i) => [name, addressOf(name), addressOf(others[i] as string)][i % 3] as string);
  return {
    names: { known: loginNames(verified, claimed), unknown: loginNames(nobodies, make()) },
    addresses: { known: verified.map(addressOf), unknown: make().map(addressOf) },
    emailIds: { known: emails.map(({ id }) => id), unknown: make().map(() => randomUUID()) },
    claims: { known: idsOf(emails.map(({ email }) => email)), unknown: idsOf(strangers) },
    claimedAddresses: { known: emails.map(({ email }) => email), unknown: strangers },
    prober: PROBER,
  };
}
