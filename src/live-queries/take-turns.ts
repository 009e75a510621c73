/**
 * Lets some work at a time, the others in the order in which they came: when everybody's turn comes at once, such as after
 * a restart of the database, the connections are not all taken from the requests.
 */
export function takeTurns(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: Array<() => void> = [];
  let free = places;

  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
