import { graphql } from '../gql/index.ts';

export const NOTES = graphql(`
  query Notes($first: Int!) {
    notes(orderBy: [CREATED_AT_DESC], first: $first) {
      nodes { rowId body createdAt updatedAt }
      pageInfo { hasNextPage }
    }
  }
`);

export const ADD_NOTE = graphql(`
  mutation AddNote($body: String!) {
    createNote(input: { note: { body: $body } }) { note { rowId } }
  }
`);

export const EDIT_NOTE = graphql(`
  mutation EditNote($rowId: UUID!, $body: String!) {
    updateNote(input: { rowId: $rowId, patch: { body: $body } }) { note { rowId body updatedAt } }
  }
`);

export const DELETE_NOTE = graphql(`
  mutation DeleteNote($rowId: UUID!) {
    deleteNote(input: { rowId: $rowId }) { note { rowId } }
  }
`);

/** A query with it is run again after every change of a note, also when it has found none yet. */
export const HOLDS_NOTES = { additionalTypenames: ['Note'] };
