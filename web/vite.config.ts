// SPDX-License-Identifier: Apache-2.0
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { pagePlugin } from './build/page_plugin.ts';
import { pdfPlugin } from './build/pdf_plugin.ts';
import { textsPlugin } from './build/texts_plugin.ts';

const backend = process.env['SATCHEL_BACKEND'] ?? 'http://localhost:8420';
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const shared = new RegExp(
  '/node_modules/(svelte|openapi-fetch|clsx|esm-env)/|/src/styles/|' +
    '/src/lib/(i18n|format|problem|problem_text|clipboard|kinds|sorting|save|trusted|visits|api/client)\\.ts|' +
    '/src/lib/state/zips|/src/lib/ui/(Icon|Logo|FileIcon|Dialog|Empty|PasswordField|ProblemBox|CopyId|Progress)\\.svelte',
);
const atOnce = new RegExp(
  '/node_modules/oauth4webapi/|/src/app/(?!Tray|Conflicts)|/src/i18n/en\\.json$|/src/routes/files/|/src/lib/(auth|files|upload|state)/|' +
    '/src/lib/(router|events|selection|typing)\\.ts|/src/lib/actions/(entries|downloads)\\.ts|/src/lib/api/uploads\\.ts|' +
    '/src/lib/ui/(Menu|Toasts)\\.svelte',
);

export default defineConfig({
  plugins: [textsPlugin(), svelte(), pagePlugin(), pdfPlugin()],
  resolve: { alias: { $lib: here('./src/lib') } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: here('./index.html'), link: here('./link.html') },
      output: {
        // Few requests before the first list: what both pages need in one file, what the app needs at once in another.
        codeSplitting: {
          groups: [
            { name: 'base', test: shared, priority: 2 },
            { name: 'app', test: atOnce, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/auth', '/objects', '/config.json', '/healthz'].map((path) => [path, backend]),
    ),
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts'],
    setupFiles: ['./src/test_setup.ts'],
  },
});
