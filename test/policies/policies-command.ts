import { runPolicies } from '../../policies/run-policies.ts';

/** Runs `npm run policies -- …` against a database, and keeps what it prints. */
export async function policies(databaseUrl: string, ...args: string[]) {
  const printed: string[] = [];
  const noted: string[] = [];
  const exitCode = await runPolicies(args, {
    env: { DATABASE_URL: databaseUrl },
    print: (text) => void printed.push(text),
    note: (text) => void noted.push(text),
  });
  return { exitCode, output: printed.join('\n'), notes: noted.join('\n') };
}
