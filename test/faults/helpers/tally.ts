import type { GraphqlAnswer } from '../../helpers/http-client.ts';

/** What a client may be told while a part of the server is away. */
const EXCUSES = ['UNAVAILABLE', 'TIMEOUT'];

/** What came of the requests of a test. */
export class Tally {
  /** Answers without an error. */
  served = 0;
  /** Answers that say that something is away, by code. */
  readonly refused: Record<string, number> = {};
  /** What should not have been answered, or was not answered at all. */
  readonly wrong: string[] = [];
  /** Milliseconds, as performance.now() counts them, of the last answer without an error. */
  lastServedAt = 0;

  get refusals(): number {
    return Object.values(this.refused).reduce((sum, count) => sum + count, 0);
  }

  /**
   * Counts an answer. Returns it if it has no error; null if it was refused with good reason, which leaves open whether
   * a change was made.
   */
  async count(
    asked: string,
    pending: Promise<GraphqlAnswer>,
    alsoAllowed: string[] = [],
  ): Promise<GraphqlAnswer | null> {
    let answer: GraphqlAnswer;
    try {
      answer = await pending;
    } catch (error) {
      this.wrong.push(`${asked}: no answer, ${(error as Error).message}`);
      return null;
    }
    const { status, errors, data, response } = answer;
    const codes = (errors ?? []).map(({ extensions }) => extensions?.code);
    const isJson = /json/.test(response.headers['content-type'] ?? '');
    const isExcused = codes.every((code) => [...EXCUSES, ...alsoAllowed].includes(code));
    if (!isJson || (codes.length === 0 && !data) || !isExcused || ![200, 503, 504].includes(status)) {
      this.wrong.push(`${asked}: ${status} ${response.text}`);
      return null;
    }
    for (const code of codes) this.refused[code] = (this.refused[code] ?? 0) + 1;
    if (codes.length > 0) return null;
    this.served += 1;
    this.lastServedAt = performance.now();
    return answer;
  }
}
