import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { POOL_SIZE, type StartContestant } from '../settings.ts';

const PAGE = {
  name: 'page',
  text: `select posts.id as "rowId", title, body, author_id, username, name
    from app_public.posts join app_public.users on users.id = author_id
    where author_id = $1 order by posts.created_at desc limit $2`,
};
const RENAME = {
  name: 'rename',
  text: `update app_public.posts set title = $3 from app_public.users
    where posts.id = $2 and author_id = $1 and users.id = author_id
    returning posts.id as "rowId", title, author_id, username, name`,
};

type Row = { author_id: string; username: string; name: string };

/** The floor: `node:http` and one prepared statement, for a user who is taken for granted. */
export const start: StartContestant = async ({ ownerUrl, constantUserId }) => {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: POOL_SIZE });

  async function answer(req: IncomingMessage): Promise<unknown> {
    const { first, rowId, title } = JSON.parse(await readBody(req));
    if (req.url === '/rename') {
      const { rows } = await pool.query({ ...RENAME, values: [constantUserId, rowId, title] });
      return { data: { updatePost: { post: withAuthor(rows[0]) } } };
    }
    const { rows } = await pool.query({ ...PAGE, values: [constantUserId, first] });
    return { data: { posts: { nodes: rows.map(withAuthor) } } };
  }

  return createServer((req, res) => {
    answer(req).then(
      (body) => {
        const text = JSON.stringify(body);
        res.writeHead(200, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        });
        res.end(text);
      },
      (error) => {
        console.error(error);
        res.writeHead(500).end();
      },
    );
  });
};

function withAuthor({ author_id, username, name, ...post }: Row) {
  return { ...post, author: { rowId: author_id, username, name } };
}

function readBody(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => resolve(Buffer.concat(chunks).toString()));
    req.on('error', reject);
  });
}
