import { env } from 'node:process';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where Rowgate answers. Pages of this app ask their own origin, so its cookies are first-party. */
const rowgate = env.ROWGATE_URL ?? 'http://127.0.0.1:5678';
const served = {
  port: Number(env.PORT ?? 5173),
  // Another port would be another origin, which Rowgate does not know.
  strictPort: true,
  proxy: { '/graphql': rowgate, '/csrf-token': rowgate },
};

export default defineConfig({ plugins: [react()], server: served, preview: served });
