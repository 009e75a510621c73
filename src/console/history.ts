import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Lines. */
const LONGEST = 1_000;

/** What was written at the prompt before, newest first; kept in DATA_DIR, for its owner's eyes alone. */
export function openHistory(dataDir: string): { lines: string[]; save(lines: string[]): void } {
  const file = join(dataDir, 'console-history');
  let lines: string[] = [];
  try {
    lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {} // there is none yet
  return {
    lines,
    save(newest) {
      try {
        mkdirSync(dataDir, { recursive: true });
        writeFileSync(file, `${newest.slice(0, LONGEST).join('\n')}\n`, { mode: 0o600 });
      } catch {} // a folder that is not to be written to: the prompt works without
    },
  };
}
