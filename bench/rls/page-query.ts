/** The newest ten posts and their author; which ones, say the policies. */
export const PAGE_BY_POLICY = `select posts.id, title, body, users.id as author_id, username, name
from app_public.posts join app_public.users on users.id = author_id
order by posts.created_at desc limit 10`;

/** Whose posts a further policy lets through, as when posts can also be shared: a setting names the author. */
export const sharedBy = (number: number): string =>
  `author_id = (select nullif(current_setting('bench.shared_${number}', true), '')::uuid)`;

/** The same page for a role that no policy holds for, with the conditions of so many further policies. */
export function pageByWhere(furtherPolicies: number): string {
  const further = Array.from({ length: furtherPolicies }, (_, index) => ` or ${sharedBy(index + 1)}`);
  return PAGE_BY_POLICY.replace('order by', `where author_id = $1${further.join('')}\norder by`);
}
