import { withClient } from '../../src/database/with-client.ts';
import { sharedBy } from './page-query.ts';

/** Runs work while the table has further policies for the same role and command. They let through nothing here. */
export async function withMorePolicies<T>(
  ownerUrl: string,
  count: number,
  work: () => Promise<T>,
): Promise<T> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const change = (statement: (number: number) => string) =>
    withClient(ownerUrl, (client) => client.query(numbers.map(statement).join(';\n')));
  await change(
    (number) =>
      `create policy select_shared_${number} on app_public.posts for select to webuser using (${sharedBy(number)})`,
  );
  try {
    return await work();
  } finally {
    await change((number) => `drop policy select_shared_${number} on app_public.posts`);
  }
}
