import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Block, placeOf } from '../../docs/read-documents.ts';

/**
 * Commands that do not end run in the background, until the document does: what comes next waits for them to be ready.
 * `npm ci` has been done.
 */
const PRELUDE = `
set -euo pipefail
npm() {
  case "$*" in
    ci) ;;
    start | 'run dev' | 'run server' | 'run worker')
      local log; log=$(mktemp "$ROWGATE_SHELL/XXXXXX")
      command npm "$@" > "$log" 2>&1 &
      for _ in $(seq 600); do
        grep -qE 'Rowgate answers at|The worker runs' "$log" && return 0
        kill -0 $! 2> /dev/null || { cat "$log" >&2; return 1; }
        sleep 0.1
      done
      cat "$log" >&2; return 1 ;;
    *) command npm "$@" ;;
  esac
}
[ ! -e "$ROWGATE_SHELL/state" ] || source "$ROWGATE_SHELL/state"
trap 'export -p > "$ROWGATE_SHELL/state"' EXIT
`;

/** Milliseconds for one block. */
const PATIENCE = 180_000;

/** A shell that follows the blocks of one document: what one exports, the next one has. */
export async function openShell(folder: string, env: NodeJS.ProcessEnv) {
  const ownFolder = await mkdtemp(join(tmpdir(), 'rowgate-shell-'));
  const groups: number[] = [];
  return {
    /**
     * Runs a block, all of whose commands must succeed; a last one with `# exits N` must end with N.
     *
     * @returns what it prints
     * @throws Error naming the block
     */
    async run(block: Block): Promise<string> {
      const expected = Number(/# exits (\d+)\s*$/.exec(block.text)?.[1] ?? 0);
      const child = spawn('bash', ['-c', PRELUDE + block.text], {
        cwd: folder,
        env: { ...env, ROWGATE_SHELL: ownFolder },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: PATIENCE,
      });
      groups.push(child.pid as number);
      let printed = '';
      let noted = '';
      child.stdout.on('data', (chunk) => {
        printed += chunk;
      });
      child.stderr.on('data', (chunk) => {
        noted += chunk;
      });
      // Not `close`: what runs on in the background keeps the pipes.
      const [code] = await once(child, 'exit');
      if (code !== expected) throw new Error(`${placeOf(block)} ends with ${code}:\n${printed}${noted}`);
      return printed;
    },
    /** Ends what runs in the background. */
    async close(): Promise<void> {
      for (const group of groups) {
        try {
          process.kill(-group, 'SIGTERM');
        } catch {} // all of it has ended
      }
      await rm(ownFolder, { recursive: true, force: true });
    },
  };
}
