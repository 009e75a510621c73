export type Sample = { name: string; labels: Record<string, string>; value: number };

/** Reads what Prometheus would read. */
export async function readMetrics(url: string) {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${text}`);
  const samples: Sample[] = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(
        line,
      ) as unknown as [string, string, string | undefined, string];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
  const matching = (name: string, labels: Record<string, string> = {}) =>
    samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
  return {
    text,
    samples,
    /** The samples of a metric that have these labels, and perhaps others. */
    matching,
    /** Their sum; 0 for none. */
    sum: (name: string, labels: Record<string, string> = {}) =>
      matching(name, labels).reduce((sum, { value }) => sum + value, 0),
  };
}
