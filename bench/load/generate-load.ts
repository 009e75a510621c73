import autocannon from 'autocannon';
import type { LoadRequest } from '../contestants/operations.ts';
import { answerParent } from '../process/answer-parent.ts';
import { percentile } from '../statistics.ts';

export type LoadJob = {
  url: string;
  /** One connection for each, which sends it again and again, each time when it has its answer. */
  requests: LoadRequest[];
  /** What a right answer begins with. */
  prefix: string;
  /** How long, but at least a few answers on each connection; or how many answers in all. */
  end: { seconds: number } | { amount: number };
};

/** With fewer, the first answer of each connection, for which it is opened, weighs too much. */
const ANSWERS_PER_CONNECTION = 5;
/** Seconds after which it is over in any case. */
const PATIENCE = 30;

export type LoadResult = {
  answers: number;
  requestsPerSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
};

// A process of its own that sends requests, so that its work is not counted as a server's.
answerParent({
  async run({ url, requests, prefix, end }: LoadJob): Promise<LoadResult> {
    const latencies: number[] = [];
    let wrong: string | undefined;
    let firstAnswer = 0;
    let lastAnswer = 0;
    let connection = 0;
    const isEnough = (startedAt: number) =>
      'seconds' in end &&
      lastAnswer - startedAt >= end.seconds * 1000 &&
      latencies.length >= requests.length * ANSWERS_PER_CONNECTION;

    await new Promise<void>((resolve, reject) => {
      const load = autocannon(
        {
          url: url + requests[0]!.path,
          method: 'POST',
          connections: requests.length,
          ...('seconds' in end ? { duration: PATIENCE } : { amount: end.amount }),
          // Milliseconds between looks at the clock.
          sampleInt: 50,
          setupClient(client) {
            const { headers, body } = requests[connection++ % requests.length]!;
            client.setHeadersAndBody({ 'content-type': 'application/json', ...headers }, body);
          },
          verifyBody(body) {
            const text = String(body);
            const isRight = text.startsWith(prefix);
            if (!isRight) wrong ??= text;
            return isRight;
          },
        },
        (error, result) => {
          const failures = result && result.errors + result.timeouts + result.non2xx + result.mismatches;
          if (error) reject(error);
          else if (failures)
            reject(
              new Error(
                `${failures} of ${latencies.length} answers from ${url} are wrong: ${wrong ?? 'no answer'}`,
              ),
            );
          else resolve();
        },
      );
      load.on('response', (_client, _status, _bytes, responseTime) => {
        lastAnswer = performance.now();
        firstAnswer ||= lastAnswer;
        latencies.push(responseTime);
        if (isEnough(firstAnswer)) load.stop();
      });
    });

    return {
      answers: latencies.length,
      requestsPerSecond: ((latencies.length - 1) * 1000) / (lastAnswer - firstAnswer),
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
    };
  },
});
