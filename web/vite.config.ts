// SPDX-License-Identifier: Apache-2.0
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { pagePlugin } from './build/page_plugin.ts';

const backend = process.env['SATCHEL_BACKEND'] ?? 'http://localhost:8420';
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [svelte(), pagePlugin()],
  resolve: { alias: { $lib: here('./src/lib') } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: here('./index.html'), link: here('./link.html') } },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/auth', '/objects', '/config.json', '/healthz'].map((path) => [path, backend]),
    ),
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts'],
  },
});
