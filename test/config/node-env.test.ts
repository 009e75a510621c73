import { expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.ts';

it.each(['staging', 'prod', 'Production', 'production '])(
  'cannot take NODE_ENV=%s for development',
  (value) => {
    expect(() => readConfig({ NODE_ENV: value })).toThrow('NODE_ENV must be `production`');
  },
);

it.each(['', 'development', 'test'])('can take NODE_ENV=%s for development', (value) => {
  expect(readConfig({ NODE_ENV: value }).isProduction).toBe(false);
});
