/** In how many parts a limit is measured. */
const PARTS = 10;

/**
 * Calls `onLate` once a process had so many milliseconds to read an answer. While it is kept busy – by the first mail, or by
 * a processor that others use – it reads nothing, and the answer may be there already: a timer alone would take the one
 * who has answered for frozen. However long such a pause is, it counts as a tenth of the limit.
 *
 * @returns ends the limit: the answer has come
 */
export function startTimeLimit(milliseconds: number, onLate: () => void): () => void {
  let left = PARTS;
  const wait = () =>
    setTimeout(() => {
      left -= 1;
      if (left === 0) onLate();
      else timer = wait();
    }, milliseconds / PARTS);
  let timer = wait();
  return () => clearTimeout(timer);
}
