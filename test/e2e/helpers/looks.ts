import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** On what pages are looked at. */
export const LOOKS = [
  { width: 1280, height: 800, colorScheme: 'light' },
  { width: 1280, height: 800, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
] as const;

/** The file for a picture, in a folder for people to look at. */
export function pictureFile(name: string, { width, colorScheme }: (typeof LOOKS)[number]): string {
  const folder = join(tmpdir(), 'rowgate-screenshots');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}-${width}-${colorScheme}.png`);
}
