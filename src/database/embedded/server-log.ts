import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import type { DataLayout } from './data-layout.ts';

/** In bytes; a larger log is put aside when a server starts, and replaces the one put aside before. */
const largest = 10_000_000;

/** Opens the server's log for appending; `from` is where, in bytes, this start's output begins. */
export async function openServerLog(layout: DataLayout): Promise<{ file: FileHandle; from: number }> {
  const before = await stat(layout.log).catch(() => undefined);
  if (before && before.size > largest) await rename(layout.log, `${layout.log}.1`);
  const file = await open(layout.log, 'a', 0o600);
  return { file, from: (await file.stat()).size };
}

/** The server's output since that byte, at most its last 64 kB. */
export async function readServerLog(layout: DataLayout, from: number): Promise<string> {
  const file = await open(layout.log, 'r');
  try {
    const start = Math.max(from, (await file.stat()).size - 65_536);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(65_536), position: start });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
