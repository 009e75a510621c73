import { createServer } from 'node:http';
import { toNodeHandler } from 'better-auth/node';
import { createSchema, createYoga } from 'graphql-yoga';
import { makeDatabaseAndAuth } from './database-and-auth.mjs';

const typeDefs = /* GraphQL */ `
  scalar UUID
  type User { rowId: UUID! username: String! name: String }
  type Post { rowId: UUID! title: String! body: String! author: User }
  type PostConnection { nodes: [Post!]! }
  input PostPatch { title: String body: String }
  input UpdatePostInput { rowId: UUID! patch: PostPatch! }
  type UpdatePostPayload { post: Post }
  enum PostOrderBy { CREATED_AT_DESC }
  type Query { posts(first: Int!, orderBy: [PostOrderBy!]): PostConnection }
  type Mutation { updatePost(input: UpdatePostInput!): UpdatePostPayload }
`;

const POST = ['posts.id as rowId', 'title', 'body', 'author_id', 'username', 'name'];

/**
 * Written by hand: GraphQL Yoga, better-auth's sessions, and a query builder that gets each answer by one statement.
 *
 * @type {import('../settings.ts').StartContestant}
 */
export async function start({ ownerUrl }) {
  const { db, auth } = makeDatabaseAndAuth(ownerUrl);
  const yoga = createYoga({
    schema: createSchema({ typeDefs, resolvers: makeResolvers(db) }),
    graphiql: false,
    async context({ request }) {
      const session = await auth.api.getSession({ headers: request.headers });
      if (!session) throw new Error('not logged in');
      return { userId: session.user.id };
    },
  });
  const authHandler = toNodeHandler(auth);
  return createServer((req, res) => {
    if (req.url?.startsWith('/api/auth/')) authHandler(req, res);
    else yoga(req, res);
  });
}

function makeResolvers(db) {
  return {
    Query: {
      async posts(_root, { first }, { userId }) {
        const rows = await db
          .selectFrom('posts')
          .innerJoin('users', 'users.id', 'posts.author_id')
          .select(POST)
          .where('author_id', '=', userId)
          .orderBy('posts.created_at', 'desc')
          .limit(first)
          .execute();
        return { nodes: rows.map(withAuthor) };
      },
    },
    Mutation: {
      async updatePost(_root, { input }, { userId }) {
        const row = await db
          .updateTable('posts')
          .from('users')
          .set(input.patch)
          .where('posts.id', '=', input.rowId)
          .where('author_id', '=', userId)
          .whereRef('users.id', '=', 'posts.author_id')
          .returning(POST)
          .executeTakeFirst();
        return { post: row ? withAuthor(row) : null };
      },
    },
  };
}

const withAuthor = ({ author_id, username, name, ...post }) => ({
  ...post,
  author: { rowId: author_id, username, name },
});
