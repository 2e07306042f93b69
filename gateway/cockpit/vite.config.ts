/** Builds the cockpit into `dist/`, all of it local: code, charts and fonts. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  logLevel: 'error',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    // charts come when a page with one is opened
    chunkSizeWarningLimit: 900,
  },
});
