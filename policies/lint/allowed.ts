import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { StartError } from '../../src/errors.ts';
import type { Finding } from './rule.ts';
import { rules } from './rules.ts';

/** A finding that is meant to be: the rule, the object as the finding names it, and why. */
export type Allowed = { rule: string; object: string; reason: string };

/** The object of a line that allows whatever a rule finds. */
const ANY_OBJECT = '*';
export const UNUSED = 'unused-allowance';

const schema = z.array(
  z.strictObject({
    rule: z.string().refine((rule) => rules.some(({ id }) => id === rule), { error: 'is no rule' }),
    object: z.string().min(1),
    reason: z.string().trim().min(10, { error: 'must say why, in a sentence' }),
  }),
);

/**
 * Reads the file of what is allowed: a JSON list of `{rule, object, reason}`. No file is an empty list.
 *
 * @throws StartError `INVALID_ALLOWED`, saying which line of the list is wrong and how.
 */
export async function readAllowed(file: string): Promise<Allowed[]> {
  const text = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new StartError('INVALID_ALLOWED', `${file} is not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `  - ${path.join('.')}: ${message}`);
  throw new StartError(
    'INVALID_ALLOWED',
    `${file} must be a list of {"rule", "object", "reason"}:\n${problems.join('\n')}`,
  );
}

/** Parts findings into those that stand and those that are allowed; a line that allows nothing is a finding itself. */
export function applyAllowed(
  findings: Finding[],
  allowed: Allowed[],
  file: string,
): { standing: Finding[]; allowed: (Finding & { reason: string })[]; unused: Finding[] } {
  const covers = ({ rule, object }: Allowed, finding: Finding) =>
    rule === finding.rule && (object === ANY_OBJECT || object === finding.object);
  const withReason = findings.flatMap((finding) => {
    const line = allowed.find((candidate) => covers(candidate, finding));
    return line ? [{ ...finding, reason: line.reason }] : [];
  });
  return {
    standing: findings.filter((finding) => !allowed.some((line) => covers(line, finding))),
    allowed: withReason,
    unused: allowed
      .filter((line) => !findings.some((finding) => covers(line, finding)))
      .map((line) => unusedAllowance(line, file)),
  };
}

function unusedAllowance({ rule, object }: Allowed, file: string): Finding {
  return {
    rule: UNUSED,
    severity: 'warning',
    title: 'What is allowed is still found',
    why: 'A line that allows nothing now will silently allow the next hole of that name.',
    object: `${rule}: ${object}`,
    message: `${file} allows ${rule} for ${object}, which is not found. Take the line out.`,
    mend: null,
  };
}
