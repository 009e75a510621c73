import { registerHooks } from 'node:module';

// Builds a server with the environment in the first argument, on the database in the second, and prints which of the
// project's files that has loaded.
const loaded: string[] = [];
const root = new URL('../../', import.meta.url).href;
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith(root)) loaded.push(url.slice(root.length));
    return nextLoad(url, context);
  },
});

const [environment = '{}', databaseUrl = ''] = process.argv.slice(2);
const { testConfig } = await import('./test-config.ts');
const { makeLogger } = await import('../../src/logger.ts');
const { makePools } = await import('../../src/pools.ts');
const { makeServer } = await import('../../src/server.ts');
const config = testConfig(JSON.parse(environment));
const logger = makeLogger(config);
await makeServer({ config, logger, pools: makePools(databaseUrl, logger) });
console.log(JSON.stringify(loaded.filter((file) => !file.startsWith('node_modules/'))));
process.exit();
