const SECONDS: Record<string, number> = { second: 1, minute: 60, hour: 3600, day: 86_400 };

/** Reads `90 seconds`, `30 minutes`, `12 hours` or `3 days` as seconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9}) *(second|minute|hour|day)s?$/.exec(text.trim());
  const amount = Number(match?.[1]);
  return match && amount > 0 ? amount * SECONDS[match[2] as string]! : null;
}
