// SPDX-License-Identifier: Apache-2.0
// For work on the page without the binary: serves dist/ under the product's headers, and an API that lives in memory.
// It checks nothing and forgets everything; the browser tests run on the real binary. `npm run dev:mock`.
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { answerApi } from './mock_api.mjs';
import { answerObjects } from './mock_objects.mjs';

const dist = join(import.meta.dirname, '../dist');
const port = Number(process.env.PORT ?? 8421);

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; font-src 'self'; " +
  "connect-src 'self'; frame-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; " +
  "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html satchel-worker";

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain',
};

function answerSite(path, response) {
  const asked = join(dist, normalize(path));
  const isFile = extname(path) !== '' && asked.startsWith(dist) && existsSync(asked);
  const file = isFile ? asked : join(dist, path.startsWith('/s/') ? 'link.html' : 'index.html');
  response.writeHead(200, {
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
  });
  response.end(readFileSync(file));
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const body = await bodyOf(request);
  try {
    if (url.pathname.startsWith('/objects/')) answerObjects(request, url, body, response);
    else if (!answerApi(request, url, body, response)) answerSite(url.pathname, response);
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});

server.listen(port, '127.0.0.1', () => console.log(`http://localhost:${server.address().port}/`));
