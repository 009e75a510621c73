import { clearLine, cursorTo } from 'node:readline';
import type { Progress } from './mutate.ts';

const WIDTH = 30;

/** Shows how far a run is: a bar on a terminal, elsewhere a line for every tenth. */
export function showProgress(stream: NodeJS.WriteStream, note: (line: string) => void) {
  let last = '';
  const clear = () => {
    if (!stream.isTTY || last === '') return;
    clearLine(stream, 0);
    cursorTo(stream, 0);
  };
  return {
    update({ phase, done, total }: Progress): void {
      const part = total === 0 ? 1 : done / total;
      if (stream.isTTY) {
        const filled = Math.round(part * WIDTH);
        clear();
        last = `${phase} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done} of ${total}`;
        stream.write(last);
      } else {
        const line = `${phase}: ${Math.floor(part * 10) * 10} %`;
        if (line !== last) note(line);
        last = line;
      }
    },
    /** Leaves the terminal's line empty. */
    end: clear,
  };
}
