import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { loadTrustedDocuments } from '../../src/trusted-documents/load-trusted-documents.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const schema = buildSchema(readFileSync(join(project, 'src/schema.graphql'), 'utf8'));
const PATTERN = 'src/**/*.{ts,tsx,graphql}';

describe('npm run documents -- extract', () => {
  let client: string;
  beforeEach(() => {
    client = mkdtempSync(join(tmpdir(), 'rowgate-client-'));
  });
  afterEach(() => rmSync(client, { recursive: true }));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(client, path)), { recursive: true });
    writeFileSync(join(client, path), text);
  }
  const read = (path: string) => JSON.parse(readFileSync(join(client, path), 'utf8'));
  /** Runs the command as npm does, called in the folder of the client. */
  async function extract(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const command = join(project, 'src/commands/extract-documents.ts');
    const env = { ...process.env, INIT_CWD: client, NODE_ENV: 'test' };
    try {
      const result = await promisify(execFile)(process.execPath, [command, 'extract', ...args], {
        cwd: project,
        env,
      });
      return { code: 0, ...result };
    } catch (error) {
      return error as { code: number; stdout: string; stderr: string };
    }
  }

  it("can be given a client's code: templates of every kind, and files of GraphQL", async () => {
    write(
      'src/User.tsx',
      `
      import { gql } from '@apollo/client';
      export const USER = gql\`fragment UserName on User { username name }\`;
      export const Me = () => { useQuery(gql\`
        query Me { currentUser { ...UserName } }
        \${USER}
      \`); return <p>{'query NotThis { x }'}</p>; };`,
    );
    write(
      'src/mail.ts',
      `import { graphql } from './generated';
      const add: string = graphql(/* GraphQL */ \`mutation AddEmail($email: String!) {
        createUserEmail(input: { userEmail: { email: $email } }) { userEmail { rowId } } }\`) as never;`,
    );
    write(
      'src/queries/sessions.graphql',
      'query Sessions { sessions(first: 5) { nodes { rowId user { ...UserName } } } }',
    );
    write('src/empty.graphql', '\n');
    write('src/node_modules/x/index.ts', 'gql`query Foreign { nothing }`');
    write('src/plain.ts', `export const answer = 42; export const all = gql\`\${answer}\`;`);

    expect(await extract(PATTERN, '--out', 'documents.json', '--ids', 'ids.json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('documents.json has 3 documents'),
      stderr: '',
    });
    const documents: Record<string, string> = read('documents.json');
    const ids: Record<string, string> = read('ids.json');
    expect(Object.keys(ids)).toEqual(['AddEmail', 'Me', 'Sessions']);
    expect(new Set(Object.values(ids))).toEqual(new Set(Object.keys(documents)));
    for (const [id, document] of Object.entries(documents)) {
      expect(id).toBe(createHash('sha256').update(document).digest('hex'));
      expect(validate(schema, parse(document))).toEqual([]);
    }
    expect(documents[ids.Me as string]).toBe(`query Me {
  currentUser {
    ...UserName
  }
}

fragment UserName on User {
  username
  name
}`);
    // What the server reads.
    expect(loadTrustedDocuments(join(client, 'documents.json')).size).toBe(3);
  });

  it('can add __typename for the caches of clients, and gives the same ids for the same code', async () => {
    write('src/me.graphql', '{ currentUser { username } }'.replace('{', 'query Me {'));
    await extract(PATTERN, '--out', 'a.json', '--ids', 'ids.json', '--typename');
    expect(Object.values(read('a.json'))).toEqual([
      'query Me {\n  currentUser {\n    username\n    __typename\n  }\n}',
    ]);
    const before = read('ids.json');
    write('src/me.graphql', '# moved\n\nquery Me{currentUser{username,}}');
    await extract(PATTERN, '--out', 'a.json', '--ids', 'ids.json', '--typename');
    expect(read('ids.json')).toEqual(before);
  });

  it('cannot write what the server would refuse: it says what is wrong, and where', async () => {
    write(
      'src/a.tsx',
      'const a = 1;\nconst q = gql`\n  query Wrong {\n    currentUser { nickname }\n  }\n`;',
    );
    write('src/b.graphql', '{ currentUser { rowId } }');
    write('src/c.graphql', 'query Twice { __typename }\nquery Unknown { currentUser { ...Nowhere } }');
    write('src/d.ts', 'gql`query Twice { currentUser { rowId } }`');
    write('src/e.graphql', `query Deep { ${'query { '.repeat(12)}__typename ${'}'.repeat(12)} }`);
    write('src/f.graphql', 'query {');
    write('src/g.graphql', 'type Query { a: Int }');
    const { code, stdout, stderr } = await extract(PATTERN, '--out', 'documents.json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^Nothing was written:/);
    expect(stderr).toMatch(/Cannot query field "nickname" on type "User"/);
    expect(stderr).toMatch(/src\/a\.tsx:4:/);
    expect(stderr).toContain('src/b.graphql:1: an operation without a name');
    expect(stderr).toContain('src/d.ts:1: there is another Twice in src/c.graphql');
    expect(stderr).toContain('Unknown fragment "Nowhere"');
    expect(stderr).toContain('src/e.graphql: Deep: Fields within fields: this asks for 13');
    expect(stderr).toContain('src/f.graphql: Syntax Error');
    expect(stderr).toContain('src/g.graphql:1: only operations and fragments');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(() => read('documents.json')).toThrow('ENOENT');
  });

  it('cannot go on without files or operations', async () => {
    const [nothing, noOut, unknown, noFiles] = await Promise.all([
      extract(),
      extract(PATTERN),
      extract(PATTERN, '--out', 'x', '--nonsense'),
      extract(PATTERN, '--out', 'x'),
    ]);
    expect(nothing.stderr).toMatch(/^npm run documents -- extract/);
    expect(noOut.stderr).toMatch(/^npm run documents -- extract/);
    expect(unknown.stderr).toMatch(/--nonsense/);
    expect(noFiles.stderr).toMatch(/^No file in .* matches/);
    write('src/a.graphql', 'fragment F on User { rowId }');
    expect((await extract(PATTERN, '--out', 'x')).stderr).toMatch(/^There are no operations/);
  });
});
