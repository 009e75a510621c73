import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { HttpClient } from '../../helpers/http-client.ts';

type Target = { url: string; root: string };

/** Milliseconds of an attack before the others are measured, and of the measurement. */
const BEGIN = 1_500;
const DURATION = Number(process.env.ATTACK_SECONDS ?? 8) * 1_000;

/** Milliseconds between two queries of the other user. */
const INTERVAL = 50;
const QUERY = '{ currentUser { username } sessions(first: 5) { nodes { rowId } } }';

/** What an attack does to others. */
export type Effect = {
  /** Milliseconds of another user's queries: the median, and the worst. */
  median: number;
  worst: number;
  queries: number;
  /** What the others were answered instead of data. */
  refused: string[];
  /** Megabytes by which the memory of a backend has grown, at the most. */
  growth: number;
  /** What the attacker was answered. */
  answers: Record<string, number>;
};

/** Runs an attack in a process of its own for some seconds, and meanwhile another user's queries. */
export async function measureAttack(
  name: string,
  { url, root }: Target,
  attacker: { token: string; address: string },
  other: HttpClient,
): Promise<Effect> {
  const backends = await watchBackends(root);
  const child = spawn(process.execPath, [
    'test/faults/attacks/main.ts',
    name,
    url,
    attacker.token,
    attacker.address,
  ]);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  await delay(BEGIN);
  const times: number[] = [];
  const refused: string[] = [];
  async function ask(): Promise<void> {
    const sentAt = performance.now();
    const { data, code } = await other.graphql(QUERY);
    times.push(performance.now() - sentAt);
    if (!data?.currentUser) refused.push(code ?? 'nothing');
  }
  const startedAt = performance.now();
  const asked: Promise<void>[] = [];
  // At a steady pace, whether or not the one before has been answered: who waits would ask less while all is slow.
  while (performance.now() - startedAt < DURATION) {
    asked.push(ask());
    await delay(INTERVAL);
  }
  await Promise.all(asked);
  child.kill('SIGTERM');
  await once(child, 'exit');
  const growth = await backends.stop();
  times.sort((a, b) => a - b);
  const answers = output.startsWith('{') ? JSON.parse(output) : { [output.slice(0, 500)]: 1 };
  const median = Math.round(times[Math.floor(times.length / 2)] as number);
  return {
    median,
    worst: Math.round(times.at(-1) as number),
    queries: times.length,
    refused,
    growth,
    answers,
  };
}

/** Follows how much memory of its own each backend has that serves this database. */
async function watchBackends(root: string) {
  const client = new pg.Client({ connectionString: root });
  await client.connect();
  const first = new Map<number, number>();
  let growth = 0;
  let isOver = false;
  async function look(): Promise<void> {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and application_name like 'rowgate-%'`,
    );
    for (const { pid } of rows) {
      const megabytes = await anonymousMemory(pid);
      if (megabytes === null) continue;
      if (!first.has(pid)) first.set(pid, Math.min(megabytes, 15));
      growth = Math.max(growth, Math.round(megabytes - (first.get(pid) as number)));
    }
  }
  const following = (async () => {
    while (!isOver) {
      await look();
      await delay(200);
    }
  })();
  return {
    async stop(): Promise<number> {
      isOver = true;
      await following;
      await client.end();
      return growth;
    },
  };
}

/** Megabytes; null when the process has gone. */
async function anonymousMemory(pid: number): Promise<number | null> {
  const smaps = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => null);
  const kilobytes = /^Anonymous:\s+(\d+) kB/m.exec(smaps ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}
