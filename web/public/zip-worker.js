// SPDX-License-Identifier: Apache-2.0
// Turns a stream of the page into an ordinary download. The page sends {id, name} and a port, then opens
// /zip-download/ID in a hidden frame; chunks are asked for one at a time. It touches no other request.
const downloads = new Map();

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('message', (event) => {
  const { id, name } = event.data;
  const port = event.ports[0];
  downloads.set(id, { name, port });
  port.postMessage('ready');
});

function streamOf(port) {
  return new ReadableStream(
    {
      pull(controller) {
        return new Promise((resolve) => {
          port.onmessage = ({ data }) => {
            if (data.error) controller.error(new Error('broken off'));
            else if (data.done) controller.close();
            else controller.enqueue(data.chunk);
            resolve();
          };
          port.postMessage('more');
        });
      },
      cancel() {
        port.postMessage('cancelled');
      },
    },
    { highWaterMark: 1 },
  );
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin || !url.pathname.startsWith('/zip-download/')) return;
  const id = url.pathname.slice('/zip-download/'.length);
  const download = downloads.get(id);
  downloads.delete(id);
  if (!download) {
    event.respondWith(new Response('', { status: 410 }));
    return;
  }
  const name = encodeURIComponent(download.name).replace(/['()*]/g, (char) => '%' + char.charCodeAt(0).toString(16));
  event.respondWith(
    new Response(streamOf(download.port), {
      headers: {
        'Content-Type': 'application/zip',
        'Content-Disposition': `attachment; filename*=UTF-8''${name}`,
        'Content-Security-Policy': "sandbox; default-src 'none'",
        'X-Content-Type-Options': 'nosniff',
      },
    }),
  );
});
