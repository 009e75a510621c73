/** What the tests of the database use; it lives in the kit, which the tests of one's own tables use as well. */
export {
  type Actor,
  expectCode,
  expectDenied,
  expectInvisible,
  expectViolation,
  type KitDatabase,
  type User,
  useDatabase,
} from '../../policies/kit/database.ts';
