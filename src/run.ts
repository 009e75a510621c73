import { StartError } from './errors.ts';

/** Runs a command: an expected failure is one clear message, an unexpected one its stack, and both exit with 1. */
export async function run(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof StartError ? error.message : error);
    process.exit(1);
  }
}
