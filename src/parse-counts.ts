/** Reads `depth=15 fields=800`: the defaults for what is not named. Null for a name that is unknown, or no number above 0. */
export function parseCounts<T extends Record<string, number>>(text: string, defaults: T): T | null {
  const counts: Record<string, number> = { ...defaults };
  for (const pair of text.trim().split(/[\s,]+/)) {
    const [, name, value] = /^(\w+)=([1-9]\d{0,8})$/.exec(pair) ?? [];
    if (name === undefined || !Object.hasOwn(counts, name)) return null;
    counts[name] = Number(value);
  }
  return counts as T;
}
