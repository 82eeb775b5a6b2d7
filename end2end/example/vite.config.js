import { defineConfig } from 'vite';

export default defineConfig({
  esbuild: { jsx: 'automatic' },
  // What aws-amplify v5 takes for granted.
  define: { global: 'globalThis' },
  // Its parts are large, and nobody waits for them over a network here.
  build: { target: 'es2022', chunkSizeWarningLimit: 5_000 },
});
