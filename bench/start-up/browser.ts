import { CookieJar } from '../contestants/cookie-jar.ts';

/** Somebody with a browser: registers once, and is still logged in when the server comes back. */
export class Browser {
  readonly #jar: CookieJar;
  #csrfToken = '';

  constructor(serverUrl: string) {
    this.#jar = new CookieJar(serverUrl);
  }

  /** @throws TypeError while nobody listens */
  async register(): Promise<void> {
    const response = await this.#jar.fetch('/csrf-token');
    ({ csrfToken: this.#csrfToken } = (await response.json()) as { csrfToken: string });
    await this.#send(
      `mutation { register(input: { username: "newcomer", email: "newcomer@example.com", password: "the first of many" }) { result { rowId } } }`,
    );
  }

  /** Reads what only somebody who is logged in can read. */
  async askWhoIAm(): Promise<void> {
    const { data } = await this.#send('{ currentUser { username } }');
    if (data?.currentUser?.username !== 'newcomer') throw new Error(`not logged in: ${JSON.stringify(data)}`);
  }

  async #send(query: string): Promise<{ data?: { currentUser?: { username: string } | null } }> {
    const response = await this.#jar.fetch('/graphql', { 'x-csrf-token': this.#csrfToken }, { query });
    this.#csrfToken = response.headers.get('x-csrf-token') ?? this.#csrfToken;
    const answer = (await response.json()) as { data?: Record<string, never>; errors?: unknown };
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer;
  }
}
