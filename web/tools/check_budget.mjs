// SPDX-License-Identifier: Apache-2.0
// The size of what a browser loads first, in KiB after Brotli, against the budget. Run it after `vite build`.
import { readFileSync, readdirSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
// pdf.js and its worker come with the first PDF that is shown. The app's aim is 60.
const budget = { app: 62, link: 30, css: 10, lazy: 40, pdf: 400 };
const ofPdf = /^(pdf|PdfPages|pdf\.worker\.min)-[\w-]+\.m?js$/;

const read = (path) => readFileSync(new URL(path.replace(/^\//, ''), dist));
const size = (path) => brotliCompressSync(read(path)).length / 1024;

/** Scripts and styles of a page: named in its HTML, and what those import at once. */
function initial(page) {
  const html = read(page).toString();
  const styles = [...html.matchAll(/<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"/g)].map(
    (match) => match[1],
  );
  const scripts = new Set(
    [...html.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+\.js)"/g)].map((match) => match[1]),
  );
  for (const path of scripts) {
    const text = read(path).toString();
    for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g))
      scripts.add(`/assets/${name}`);
  }
  return { scripts: [...scripts], styles };
}

const sum = (paths) => paths.reduce((total, path) => total + size(path), 0);
const app = initial('index.html');
const link = initial('link.html');
const first = new Set([...app.scripts, ...link.scripts]);
const lazy = readdirSync(new URL('assets/', dist)).filter(
  (name) => /\.m?js$/.test(name) && !first.has(`/assets/${name}`),
);
const largest = lazy
  .filter((name) => !ofPdf.test(name))
  .map((name) => [name, size(`assets/${name}`)])
  .sort((a, b) => b[1] - a[1])[0] ?? ['–', 0];

const rows = [
  ['initial JS, app', sum(app.scripts), budget.app],
  ['initial JS, link page', sum(link.scripts), budget.link],
  ['CSS, app', sum(app.styles), budget.css],
  ['CSS, link page', sum(link.styles), budget.css],
  ['PDF viewer', sum(lazy.filter((name) => ofPdf.test(name)).map((name) => `assets/${name}`)), budget.pdf],
  [`largest lazy chunk (${largest[0]})`, largest[1], budget.lazy],
];
let over = false;
for (const [what, is, most] of rows) {
  over ||= is > most;
  console.log(`${is > most ? 'OVER ' : 'ok   '} ${what}: ${is.toFixed(1)} of ${most} KiB br`);
}
if (over) process.exit(1);
