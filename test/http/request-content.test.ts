import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { sendRaw } from '../helpers/send-raw.ts';
import { useServer } from '../helpers/server.ts';

const BODY = '{"query":"{ __typename }"}';

describe('the body of a request', () => {
  const server = useServer({ ALLOWED_ORIGINS: 'https://app.example.com' });
  const post = (headers: string[], body: string | Buffer = BODY, path = '/graphql') => {
    const type = headers.some((header) => header.startsWith('content-type'))
      ? []
      : ['content-type: application/json'];
    const head = [`POST ${path} HTTP/1.1`, 'host: localhost', 'x-auth-mode: token', ...type, ...headers];
    return sendRaw(server.httpServer, head, body);
  };
  const codeOf = ({ body }: { body: string }) => JSON.parse(body).errors[0].extensions.code;

  it.each([
    ['gzip', gzipSync(BODY)],
    ['GZIP', gzipSync(BODY)],
    ['x-gzip', gzipSync(BODY)],
    ['deflate', deflateSync(BODY)],
    ['br', brotliCompressSync(BODY)],
    ['zstd', BODY],
    ['unknown', BODY],
    ['identity, gzip', gzipSync(BODY)],
    // A gigabyte, if it were unpacked.
    ['gzip', gzipSync(Buffer.alloc(1_000_000_000 / 16))],
  ])('cannot be compressed (%s), whatever is in it and wherever it goes', async (coding, body) => {
    for (const path of ['/graphql', '/csrf-token', '/dev/act-as', '/', '/nothing']) {
      const answer = await post([`content-encoding: ${coding}`], body, path);
      expect([path, answer.status, codeOf(answer)]).toEqual([path, 415, 'UNSUPPORTED_MEDIA_TYPE']);
      expect(answer.headers['accept-encoding']).toBe('identity');
    }
    const get = ['GET /csrf-token HTTP/1.1', 'host: localhost', `content-encoding: ${coding}`];
    const answer = await sendRaw(server.httpServer, get);
    expect([answer.status, codeOf(answer)]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it('can be refused so that a page of another origin reads why', async () => {
    const { status, headers } = await post(['content-encoding: gzip', 'origin: https://app.example.com']);
    expect([status, headers['access-control-allow-origin']]).toEqual([415, 'https://app.example.com']);
  });

  it.each([
    'content-encoding: identity',
    'content-encoding: Identity',
    'content-encoding:',
    'content-type: application/json; charset=utf-8',
    'content-type: application/json;charset="UTF-8"',
    'content-type: application/json; charset=utf8',
    'content-type: Application/JSON; Charset=UTF-8',
    'content-type: application/json; profile=x',
    'content-type: application/json;',
  ])('can be sent as %s', async (header) => {
    const { status, body } = await post([header]);
    expect([status, JSON.parse(body)]).toEqual([200, { data: { __typename: 'Query' } }]);
  });

  it.each([
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json; charset="us-ascii"',
    'application/json; charset=',
    'application/json; charset=utf-8; charset=utf-16',
    'text/json',
    'application/jsonp',
    'application/json, text/plain',
  ])('cannot be sent as %s', async (type) => {
    const answer = await post([`content-type: ${type}`]);
    expect([answer.status, codeOf(answer)]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it('can wait for 100 Continue, and be one of several on a connection', async () => {
    const { body } = await post(['expect: 100-continue']);
    // The first answer is `100 Continue`, and what follows it the real one.
    expect(body).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(body).toContain('{"data":{"__typename":"Query"}}');

    const request = (coding: string) =>
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-auth-mode: token\r\ncontent-type: application/json\r\ncontent-encoding: ${coding}\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
    const answers = await sendRaw(server.httpServer, [
      `${request('gzip')}${request('identity')}GET /healthz HTTP/1.1`,
      'host: localhost',
    ]);
    const all = `HTTP/1.1 ${answers.status} ${answers.body}`;
    expect(all.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 415', 'HTTP/1.1 200', 'HTTP/1.1 200']);
  });
});
