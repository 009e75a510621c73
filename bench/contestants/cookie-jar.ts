/** A browser's memory of one server: fetches, keeps the cookies, sends them back. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();
  readonly #serverUrl: string;

  constructor(serverUrl: string) {
    this.#serverUrl = serverUrl;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** @throws Error for a status of 400 or more. */
  async fetch(path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Response> {
    const response = await fetch(this.#serverUrl + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.cookie ? { cookie: this.cookie } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';', 1)[0]!.split(/=(.*)/s);
      if (value) this.#cookies.set(name!, value);
      else this.#cookies.delete(name!);
    }
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
    return response;
  }
}
