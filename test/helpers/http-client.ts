import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import supertest, { type Response } from 'supertest';

export type GraphqlError = {
  message: string;
  path?: string[];
  extensions: { code: string; field?: string; retryAfter?: number; errorId?: string };
};
// biome-ignore lint/suspicious/noExplicitAny: what a test asks for is what it gets
export type GraphqlAnswer = {
  status: number;
  data: any;
  errors: GraphqlError[] | undefined;
  code: string | undefined;
  response: Response;
};
export type Account = { username: string; email: string; password: string; id: string; sessionId: string };

/** A browser's part in the conversation: keeps cookies, fetches the CSRF token, takes over a new one. */
export class HttpClient {
  readonly agent: ReturnType<typeof supertest.agent>;
  csrfToken: string | undefined;

  constructor(server: Server) {
    this.agent = supertest.agent(server);
  }

  async fetchCsrfToken(): Promise<string> {
    const { body } = await this.agent.get('/csrf-token').expect(200);
    this.csrfToken = body.csrfToken as string;
    return this.csrfToken;
  }

  async graphql(
    query: string,
    variables?: Record<string, unknown>,
    headers: Record<string, string> = {},
  ): Promise<GraphqlAnswer> {
    const token = this.csrfToken ?? (await this.fetchCsrfToken());
    const response = await this.agent
      .post('/graphql')
      .set({ 'x-csrf-token': token, ...headers })
      .send({ query, variables });
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
    if (!data?.register) throw new Error(`register failed: ${JSON.stringify(errors)}`);
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
