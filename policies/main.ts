import { existsSync } from 'node:fs';
import { processIo } from './io.ts';
import { runPolicies } from './run-policies.ts';

if (process.env.NODE_ENV !== 'production' && existsSync('.env')) process.loadEnvFile('.env');
process.exitCode = await runPolicies(process.argv.slice(2), processIo());
