// SPDX-License-Identifier: Apache-2.0
// One PUT to the store over XMLHttpRequest: fetch tells nothing about upload progress.
import type { Put } from './model';

/** A transfer that moves no byte for this long counts as broken. */
const stallMs = 60_000;
const forbidden = new Set(['host', 'content-length', 'connection']);

export const xhrPut: Put = (request, body, progress, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const xhr = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout>;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => xhr.abort(), stallMs);
    };
    const stop = () => xhr.abort();
    const end = (status: number) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else resolve(status);
    };
    xhr.open(request.method, request.url);
    for (const [name, value] of Object.entries(request.headers)) {
      if (!forbidden.has(name.toLowerCase())) xhr.setRequestHeader(name, value);
    }
    xhr.overrideMimeType('text/plain'); // Firefox would try to parse S3's empty answer as XML
    xhr.upload.onprogress = (event) => {
      alive();
      progress(event.loaded);
    };
    xhr.onload = () => end(xhr.status);
    xhr.onerror = xhr.onabort = () => end(0);
    signal.addEventListener('abort', stop, { once: true });
    alive();
    xhr.send(body);
  });
