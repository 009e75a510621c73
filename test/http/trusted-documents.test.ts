import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { HTTPS, PRODUCTION } from '../helpers/production.ts';
import { useServer } from '../helpers/server.ts';
import { openSocket, WATCH } from '../helpers/socket-client.ts';

const WHO = 'query Who { currentUser { username } }';
const REGISTER = 'mutation Register($input: RegisterInput!) { register(input: $input) { result { rowId } } }';
const DEEP = `query Deep { ${'query { '.repeat(12)}__typename ${'}'.repeat(12)} }`;
const NAME = 'subscription Name { currentUserUpdated { currentUser { username } } }';
const STALE = 'query Stale { whatWasRemoved }';
const idOf = (document: string) => createHash('sha256').update(document).digest('hex');

const folder = mkdtempSync(join(tmpdir(), 'rowgate-documents-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'web.json');
const documents = [WHO, REGISTER, DEEP, NAME, STALE].map((document) => [idOf(document), document]);
writeFileSync(file, JSON.stringify(Object.fromEntries(documents)));

describe.each([
  ['development', { TRUSTED_DOCUMENTS: file }, {}],
  // A folder of such files.
  ['production', { ...PRODUCTION, TRUSTED_DOCUMENTS: folder }, HTTPS],
] as [string, Record<string, string>, Record<string, string>][])(
  'trusted documents in %s',
  (mode, environment, headers) => {
    const server = useServer(environment);
    const client = () => server.client(headers);

    it('can be asked for by their ids, in either of the two ways that clients know, with variables', async () => {
      const user = client();
      const input = { username: 'ada', email: 'ada@example.com', password: 'password of ada' };
      expect((await user.post({ documentId: idOf(REGISTER), variables: { input } })).errors).toBeUndefined();
      const { data } = await user.post({ documentId: idOf(WHO) });
      expect(data).toEqual({ currentUser: { username: 'ada' } });
      const persistedQuery = { version: 1, sha256Hash: idOf(WHO) };
      expect((await user.post({ extensions: { persistedQuery } })).data).toEqual(data);
    });

    it('can be asked for over a socket, and no others', async () => {
      const user = client();
      const input = { username: 'bob', email: 'bob@example.com', password: 'password of bob' };
      await user.post({ documentId: idOf(REGISTER), variables: { input } });
      const socket = openSocket(server, { as: user, headers });
      const persistedQuery = { version: 1, sha256Hash: idOf(NAME) };
      const { data } = await socket.ask('', { persistedQuery });
      expect(data.currentUserUpdated.currentUser.username).toBe('bob');
      await expect(socket.ask(WATCH)).rejects.toEqual([
        expect.objectContaining({ extensions: { code: 'UNTRUSTED_DOCUMENT' } }),
      ]);
      await socket.close();
    });

    it('cannot be any other document, not even next to the id of a known one', async () => {
      const secret = '{ users { nodes { username } } }';
      const requests = [
        { query: secret },
        { query: WHO },
        { query: secret, documentId: idOf(secret) },
        { query: secret, extensions: { persistedQuery: { version: 1, sha256Hash: idOf(secret) } } },
        { query: secret, id: idOf(WHO) },
        { documentId: 'constructor' },
        { documentId: ['toString'] },
        { documentId: null },
        {},
      ];
      for (const request of requests) {
        const { status, code, data } = await client().post(request);
        expect([request, status, code, data]).toEqual([request, 400, 'UNTRUSTED_DOCUMENT', undefined]);
      }
      const { data } = await client().post({ query: secret, documentId: idOf(WHO) });
      expect(data).toEqual({ currentUser: null });
    });

    it('cannot pass by the limits, or by a schema that has changed since', async () => {
      expect((await client().post({ documentId: idOf(DEEP) })).code).toBe('QUERY_TOO_COMPLEX');
      expect((await client().post({ documentId: idOf(STALE) })).code).toBe('GRAPHQL_VALIDATION_FAILED');
    });

    const verb = mode === 'development' ? 'can' : 'cannot';
    it(`${verb} be left out by GraphiQL and the other pages of development`, async () => {
      const asPage = (query: string) => client().post({ query }, { 'x-development-page': 'yes' });
      for (const query of ['{ __typename }', getIntrospectionQuery()]) {
        const { code, data } = await asPage(query);
        if (mode === 'production') expect([code, data]).toEqual(['UNTRUSTED_DOCUMENT', undefined]);
        else expect([code, data]).toEqual([undefined, expect.anything()]);
      }
    });
  },
);

describe('without TRUSTED_DOCUMENTS', () => {
  const server = useServer();

  it('can be asked any document, and none by its id', async () => {
    expect((await server.client().graphql(WHO)).data).toEqual({ currentUser: null });
    expect((await server.client().post({ documentId: idOf(WHO) })).code).toBe('BAD_REQUEST');
  });
});
