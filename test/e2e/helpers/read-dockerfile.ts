export type Instruction = { keyword: string; flags: Record<string, string>; value: string };
export type Stage = { base: string; name: string | undefined; instructions: Instruction[] };

/** Reads the stages of a Dockerfile and their instructions, in order. */
export function readDockerfile(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, keyword, rest] = /^(\w+)\s+(.*)$/.exec(line) as unknown as [string, string, string];
    if (keyword === 'FROM') {
      const [, base, name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(rest) as unknown as [string, string, string];
      stages.push({ base, name, instructions: [] });
      continue;
    }
    const flags = Object.fromEntries(
      [...rest.matchAll(/--([\w-]+)=(\S+)\s/g)].map(([, key, value]) => [key, value]),
    );
    const value = rest.replace(/^(--[\w-]+=\S+\s+)+/, '');
    stages.at(-1)!.instructions.push({ keyword, flags, value });
  }
  return stages;
}
