import type { Contestant } from '../contestants/contestants.ts';
import type { LoadRequest, Operation } from '../contestants/operations.ts';
import { type Account, POSTS_PER_USER, type PostIds } from '../database/accounts.ts';

/** The clients of one contestant: one for each connection, each logged in as somebody else. */
export type Clients = {
  /** The requests of a load over so many connections. */
  requests(operation: Operation, connections: number): LoadRequest[];
};

/**
 * Logs every account in to a contestant. A contestant that answers everybody as one user gets that user's requests
 * from every connection; mutations change a row of each connection's own, so that none waits for another's lock.
 */
export async function logInEverybody(
  contestant: Contestant,
  url: string,
  accounts: Account[],
  postIds: PostIds,
): Promise<Clients> {
  const headers: Array<Record<string, string>> = [];
  for (const account of accounts) headers.push(await contestant.logIn(url, account));

  return {
    requests: (operation, connections) =>
      Array.from({ length: connections }, (_, index) => {
        const account = accounts[contestant.hasConstantUser ? 0 : index % accounts.length]!;
        const rowId = postIds.get(account.id)![index % POSTS_PER_USER]!;
        return {
          headers: headers[index % accounts.length]!,
          ...contestant.writeRequest(operation, rowId),
        };
      }),
  };
}
