import type { JobHelpers, Task } from 'graphile-worker';
import type { z } from 'zod';
import type { Config } from '../src/config.ts';
import type { Mailer } from './mailer.ts';

/** What every task can use. */
export type TaskDeps = { config: Config; mailer: Mailer };

/**
 * Makes a task whose payload is checked before it runs. A payload that does not fit fails the job with a message that
 * names what is wrong, and not the value.
 */
export function defineTask<Payload>(
  payloadSchema: z.ZodType<Payload>,
  run: (payload: Payload, helpers: JobHelpers, deps: TaskDeps) => Promise<void>,
) {
  return (deps: TaskDeps): Task =>
    async (payload, helpers) => {
      const parsed = payloadSchema.safeParse(payload);
      if (!parsed.success) {
        const problems = parsed.error.issues.map(
          (issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`,
        );
        throw new Error(`The payload of ${helpers.job.task_identifier} does not fit: ${problems.join('; ')}`);
      }
      await run(parsed.data, helpers, deps);
    };
}
