import { env } from 'node:process';
import type { CodegenConfig } from '@graphql-codegen/cli';

const folder = env.GENERATED ?? './src/gql/';

const config: CodegenConfig = {
  // What `npm run schema:export` of Rowgate writes.
  schema: env.SCHEMA ?? '../../src/schema.graphql',
  documents: 'src/**/*.{ts,tsx}',
  generates: {
    [folder]: {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        defaultScalarType: 'unknown',
        scalars: { UUID: 'string', Datetime: 'string', Cursor: 'string' },
      },
    },
    [`${folder}error-code.ts`]: { plugins: ['./error-code-plugin.js'] },
  },
};

export default config;
