/** Milliseconds for a test or a hook, in `npm test` and in `policies mutate`; above the patience of test/helpers/until.ts. */
export const TEST_TIMEOUT = 60_000;
