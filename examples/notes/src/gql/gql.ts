/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  mutation LogIn($username: String!, $password: String!) {\n    login(input: { username: $username, password: $password }) { result { rowId } }\n  }\n": typeof types.LogInDocument,
    "\n  mutation Register($username: String!, $email: String!, $password: String!) {\n    register(input: { username: $username, email: $email, password: $password }) { result { rowId } }\n  }\n": typeof types.RegisterDocument,
    "\n  query CurrentUser {\n    currentUser { rowId username }\n  }\n": typeof types.CurrentUserDocument,
    "\n  mutation LogOut {\n    logout(input: {}) { result }\n  }\n": typeof types.LogOutDocument,
    "\n  query Notes($first: Int!) {\n    notes(orderBy: [CREATED_AT_DESC], first: $first) {\n      nodes { rowId body createdAt updatedAt }\n      pageInfo { hasNextPage }\n    }\n  }\n": typeof types.NotesDocument,
    "\n  mutation AddNote($body: String!) {\n    createNote(input: { note: { body: $body } }) { note { rowId } }\n  }\n": typeof types.AddNoteDocument,
    "\n  mutation EditNote($rowId: UUID!, $body: String!) {\n    updateNote(input: { rowId: $rowId, patch: { body: $body } }) { note { rowId body updatedAt } }\n  }\n": typeof types.EditNoteDocument,
    "\n  mutation DeleteNote($rowId: UUID!) {\n    deleteNote(input: { rowId: $rowId }) { note { rowId } }\n  }\n": typeof types.DeleteNoteDocument,
};
const documents: Documents = {
    "\n  mutation LogIn($username: String!, $password: String!) {\n    login(input: { username: $username, password: $password }) { result { rowId } }\n  }\n": types.LogInDocument,
    "\n  mutation Register($username: String!, $email: String!, $password: String!) {\n    register(input: { username: $username, email: $email, password: $password }) { result { rowId } }\n  }\n": types.RegisterDocument,
    "\n  query CurrentUser {\n    currentUser { rowId username }\n  }\n": types.CurrentUserDocument,
    "\n  mutation LogOut {\n    logout(input: {}) { result }\n  }\n": types.LogOutDocument,
    "\n  query Notes($first: Int!) {\n    notes(orderBy: [CREATED_AT_DESC], first: $first) {\n      nodes { rowId body createdAt updatedAt }\n      pageInfo { hasNextPage }\n    }\n  }\n": types.NotesDocument,
    "\n  mutation AddNote($body: String!) {\n    createNote(input: { note: { body: $body } }) { note { rowId } }\n  }\n": types.AddNoteDocument,
    "\n  mutation EditNote($rowId: UUID!, $body: String!) {\n    updateNote(input: { rowId: $rowId, patch: { body: $body } }) { note { rowId body updatedAt } }\n  }\n": types.EditNoteDocument,
    "\n  mutation DeleteNote($rowId: UUID!) {\n    deleteNote(input: { rowId: $rowId }) { note { rowId } }\n  }\n": types.DeleteNoteDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LogIn($username: String!, $password: String!) {\n    login(input: { username: $username, password: $password }) { result { rowId } }\n  }\n"): (typeof documents)["\n  mutation LogIn($username: String!, $password: String!) {\n    login(input: { username: $username, password: $password }) { result { rowId } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Register($username: String!, $email: String!, $password: String!) {\n    register(input: { username: $username, email: $email, password: $password }) { result { rowId } }\n  }\n"): (typeof documents)["\n  mutation Register($username: String!, $email: String!, $password: String!) {\n    register(input: { username: $username, email: $email, password: $password }) { result { rowId } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CurrentUser {\n    currentUser { rowId username }\n  }\n"): (typeof documents)["\n  query CurrentUser {\n    currentUser { rowId username }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LogOut {\n    logout(input: {}) { result }\n  }\n"): (typeof documents)["\n  mutation LogOut {\n    logout(input: {}) { result }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Notes($first: Int!) {\n    notes(orderBy: [CREATED_AT_DESC], first: $first) {\n      nodes { rowId body createdAt updatedAt }\n      pageInfo { hasNextPage }\n    }\n  }\n"): (typeof documents)["\n  query Notes($first: Int!) {\n    notes(orderBy: [CREATED_AT_DESC], first: $first) {\n      nodes { rowId body createdAt updatedAt }\n      pageInfo { hasNextPage }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AddNote($body: String!) {\n    createNote(input: { note: { body: $body } }) { note { rowId } }\n  }\n"): (typeof documents)["\n  mutation AddNote($body: String!) {\n    createNote(input: { note: { body: $body } }) { note { rowId } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EditNote($rowId: UUID!, $body: String!) {\n    updateNote(input: { rowId: $rowId, patch: { body: $body } }) { note { rowId body updatedAt } }\n  }\n"): (typeof documents)["\n  mutation EditNote($rowId: UUID!, $body: String!) {\n    updateNote(input: { rowId: $rowId, patch: { body: $body } }) { note { rowId body updatedAt } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteNote($rowId: UUID!) {\n    deleteNote(input: { rowId: $rowId }) { note { rowId } }\n  }\n"): (typeof documents)["\n  mutation DeleteNote($rowId: UUID!) {\n    deleteNote(input: { rowId: $rowId }) { note { rowId } }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;