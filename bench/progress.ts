import { styleText } from 'node:util';

export type Progress = (message: string) => void;

/** Says what is going on, with the time since the beginning. With `--json` standard output is the result's alone. */
export function makeProgress({ json }: { json: boolean }): Progress {
  const startedAt = performance.now();
  const stream = json ? process.stderr : process.stdout;
  return (message) => {
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    const time = `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
    stream.write(`${styleText('cyan', '›', { stream })} ${styleText('dim', time, { stream })} ${message}\n`);
  };
}
