export type { Actor, User } from './actor.ts';
export { crossTenant } from './cross-tenant.ts';
export type { Mail } from './deliver-mails.ts';
export { expectCode, expectDenied, expectInvisible, expectViolation } from './expectations.ts';
export type { Row } from './insert-row.ts';
export type { Job } from './jobs.ts';
export { type KitDatabase, useDatabase } from './use-database.ts';
export { type GraphqlResult, useGraphql } from './use-graphql.ts';
