/** The part of the kit that needs nothing but PostgreSQL, and loads as fast. */
export type { Actor, User } from './actor.ts';
export { expectCode, expectDenied, expectInvisible, expectViolation } from './expectations.ts';
export { type KitDatabase, useDatabase } from './use-database.ts';
