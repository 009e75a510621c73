import { isDeepStrictEqual } from 'node:util';
import type { Operation } from '../contestants/operations.ts';
import type { Entrant } from './entrant.ts';
import { send } from './send.ts';

const OPERATIONS: Operation[] = ['read', 'mutation'];

/** Makes sure that all give the same answers, as different ones could not be compared. @throws Error if not */
export async function checkAnswers(entrants: Entrant[]): Promise<void> {
  for (const operation of OPERATIONS) {
    const answers = await Promise.all(
      entrants.map(async ({ process, clients }) =>
        JSON.parse(await send(process.url, clients.requests(operation, 1)[0]!)),
      ),
    );
    answers.forEach((answer, index) => {
      if (isDeepStrictEqual(answer, answers[0])) return;
      const [one, other] = [entrants[0]!, entrants[index]!].map(({ process }) => process.contestant.letter);
      throw new Error(
        `(${one}) and (${other}) answer a ${operation} differently:\n${JSON.stringify(answers[0])}\n${JSON.stringify(answer)}`,
      );
    });
    if (JSON.stringify(answers[0]).includes('"errors"'))
      throw new Error(`All answer a ${operation} with an error: ${JSON.stringify(answers[0])}`);
  }
}
