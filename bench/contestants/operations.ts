import type { Account } from '../database/accounts.ts';

/** What is measured: reading the newest posts of one's own, and changing the title of one. */
export type Operation = 'read' | 'mutation';

/** One request as it is sent. */
export type LoadRequest = { path: string; headers: Record<string, string>; body: string };

const READ = `query MyPosts($first: Int!) {
  posts(first: $first, orderBy: [CREATED_AT_DESC]) {
    nodes { rowId title body author { rowId username name } }
  }
}`;
const MUTATION = `mutation RenamePost($rowId: UUID!, $title: String!) {
  updatePost(input: { rowId: $rowId, patch: { title: $title } }) {
    post { rowId title author { rowId username name } }
  }
}`;

/** How many posts a page has. */
const FIRST = 10;

/** What an answer begins with if it is one. */
export const ANSWER_PREFIX: Record<Operation, string> = {
  read: '{"data":{"posts":{"nodes":[{',
  mutation: '{"data":{"updatePost":{"post":{',
};

/** Turns an operation into a request without headers; `rowId` is the post that a mutation renames. */
export type WriteRequest = (operation: Operation, rowId: string) => Omit<LoadRequest, 'headers'>;

const titleOf = (rowId: string) => `Renamed post ${rowId.slice(0, 6)} now`;

export const graphqlRequest: WriteRequest = (operation, rowId) => ({
  path: '/graphql',
  body: JSON.stringify(
    operation === 'read'
      ? { query: READ, variables: { first: FIRST } }
      : { query: MUTATION, variables: { rowId, title: titleOf(rowId) } },
  ),
});

/** For the floor, which knows no GraphQL. */
export const plainRequest: WriteRequest = (operation, rowId) =>
  operation === 'read'
    ? { path: '/page', body: JSON.stringify({ first: FIRST }) }
    : { path: '/rename', body: JSON.stringify({ rowId, title: titleOf(rowId) }) };

/** Logs an account in to a server, and returns the headers that say so. */
export type LogIn = (serverUrl: string, account: Account) => Promise<Record<string, string>>;
