import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import supertest, { type Response, type Test } from 'supertest';
import { setCookies } from './set-cookies.ts';

export type GraphqlError = {
  message: string;
  path?: string[];
  extensions: { code: string; field?: string; retryAfter?: number; errorId?: string };
};
export type GraphqlAnswer = {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a test asks for is what it gets
  data: any;
  errors: GraphqlError[] | undefined;
  /** The code of the first error. */
  code: string | undefined;
  response: Response;
};
export type Account = { username: string; email: string; password: string; id: string; sessionId: string };

/** A browser's part in the conversation: keeps cookies, fetches the CSRF token, takes over a new one. */
export class HttpClient {
  /** The cookie jar: names and values, as the server set them. A test may read, steal and plant them. */
  readonly cookies = new Map<string, string>();
  csrfToken: string | undefined;
  readonly #server: Server | string;
  readonly #headers: Record<string, string>;

  /**
   * @param server one of this process, or the URL of another's
   * @param headers sent with every request, as a proxy in front of the server would
   */
  constructor(server: Server | string, headers: Record<string, string> = {}) {
    this.#server = server;
    this.#headers = headers;
  }

  /** A request with the cookies of the jar, which takes over those of the answer. */
  request(method: 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options' | 'head', path: string): Test {
    const request = supertest(this.#server)[method](path).set(this.#headers);
    if (this.cookies.size > 0)
      request.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    return request.on('response', (response: Response) => {
      for (const { name, value, isExpired } of setCookies(response)) {
        if (isExpired) this.cookies.delete(name);
        else this.cookies.set(name, value);
      }
    });
  }

  async fetchCsrfToken(): Promise<string> {
    const { body } = await this.request('get', '/csrf-token').expect(200);
    this.csrfToken = body.csrfToken as string;
    return this.csrfToken;
  }

  async graphql(
    query: string,
    variables?: Record<string, unknown>,
    headers: Record<string, string> = {},
  ): Promise<GraphqlAnswer> {
    return this.post({ query, variables }, headers);
  }

  /** Sends any body to /graphql: text or bytes as they are, anything else as JSON. */
  async post(body: unknown, headers: Record<string, string> = {}): Promise<GraphqlAnswer> {
    const token = this.csrfToken ?? (await this.fetchCsrfToken());
    const request = this.request('post', '/graphql')
      .set({ 'content-type': 'application/json', 'x-csrf-token': token, ...headers })
      // superagent would turn bytes into JSON.
      .serialize((content) => (Buffer.isBuffer(content) ? content : JSON.stringify(content)) as string);
    const response = await request.send(body as object);
    this.csrfToken = response.headers['x-csrf-token'] ?? this.csrfToken;
    const { data, errors } = response.body;
    return { status: response.status, data, errors, code: errors?.[0]?.extensions?.code, response };
  }

  /** Creates an account, and is logged in as it. */
  async register(username = `user-${randomBytes(4).toString('hex')}`): Promise<Account> {
    const account = { username, email: `${username}@example.com`, password: `password of ${username}` };
    const { data, errors } = await this.graphql(
      `mutation Register($input: RegisterInput!) { register(input: $input) { result { rowId user { rowId } } } }`,
      { input: account },
    );
    if (!data?.register?.result?.user) throw new Error(`register failed: ${JSON.stringify(errors)}`);
    return { ...account, id: data.register.result.user.rowId, sessionId: data.register.result.rowId };
  }

  login(username: string, password: string): Promise<GraphqlAnswer> {
    return this.graphql(
      `mutation Login($username: String!, $password: String!) {
        login(input: { username: $username, password: $password }) { result { rowId user { username } } }
      }`,
      { username, password },
    );
  }

  logout(): Promise<GraphqlAnswer> {
    return this.graphql('mutation { logout(input: {}) { result } }');
  }

  currentUser(): Promise<GraphqlAnswer> {
    return this.graphql('{ currentUser { rowId username } }');
  }
}
