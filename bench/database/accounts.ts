/** Somebody who can log in. */
export type Account = { id: string; username: string; password: string };

/** The ids of each account's posts, newest first, by the account's id. */
export type PostIds = Map<string, string[]>;

/** How many can log in; one for each connection of the widest load. */
export const ACCOUNTS = 128;
/** How many posts each user has written. */
export const POSTS_PER_USER = 100;

export const usernameOf = (index: number): string => `reader-${String(index).padStart(5, '0')}`;
export const passwordOf = (username: string): string => `password of ${username}`;
