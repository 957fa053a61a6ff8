// SPDX-License-Identifier: Apache-2.0
// A stream to the person's disk, in the best way that the browser has: a worker that turns it into an ordinary
// download, else a file picker, else memory up to a limit.
import { Problem } from '../problem';
import { trustedWorkerUrl } from '../trusted';

/** Without a way to stream, an archive is held in memory; beyond this the page says so instead. */
const memoryLimit = 512 * 1024 * 1024;
const scope = '/zip-download/';

interface Picker {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

/** Ends when everything has been handed over; throws when it was broken off. */
export async function saveStream(
  name: string,
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const worker = await zipWorker();
  if (worker) return throughWorker(worker, name, stream, signal);
  const picker = (window as Picker).showSaveFilePicker;
  if (picker) return toPickedFile(await picker.call(window, { suggestedName: name }), stream, signal);
  return throughMemory(name, stream, signal);
}

async function zipWorker(): Promise<ServiceWorker | undefined> {
  try {
    const url = trustedWorkerUrl('/zip-worker.js');
    const registration = await navigator.serviceWorker.register(url, { scope });
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    if (!worker || worker.state === 'activated') return worker ?? undefined;
    await new Promise<void>((resolve, reject) => {
      worker.addEventListener('statechange', () => {
        if (worker.state === 'activated') resolve();
        if (worker.state === 'redundant') reject(new Error('not installed'));
      });
    });
    return worker;
  } catch {
    return undefined; // plain http, a private window, or no such thing in this browser
  }
}

/**
 * The worker asks for each chunk when its download has room, so nothing piles up; the messages also keep it alive
 * while the download runs. The page must stay open meanwhile.
 */
async function throughWorker(
  worker: ServiceWorker,
  name: string,
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
) {
  const id = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const { port1: port, port2 } = new MessageChannel();
  const reader = stream.getReader();
  const frame = document.createElement('iframe');
  frame.hidden = true;
  try {
    await new Promise<void>((resolve, reject) => {
      const abort = () => {
        port.postMessage({ error: true });
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      port.onmessage = async ({ data }: MessageEvent<'ready' | 'more' | 'cancelled'>) => {
        if (data === 'ready') return void openDownload(frame, id);
        if (data === 'cancelled') return reject(new DOMException('cancelled in the browser', 'AbortError'));
        try {
          const { done, value } = await reader.read();
          if (done) port.postMessage({ done });
          else port.postMessage({ chunk: value });
          if (done) resolve();
        } catch (error) {
          port.postMessage({ error: true });
          reject(error);
        }
      };
      worker.postMessage({ id, name }, [port2]);
    });
  } finally {
    reader.cancel().catch(() => undefined);
    setTimeout(() => frame.remove(), 10_000);
  }
}

function openDownload(frame: HTMLIFrameElement, id: string): void {
  frame.src = scope + id;
  document.body.append(frame);
}

async function toPickedFile(
  file: FileSystemFileHandle,
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
) {
  await stream.pipeTo(await file.createWritable(), { signal });
}

async function throughMemory(
  name: string,
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const chunks: BlobPart[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    signal.throwIfAborted();
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > memoryLimit) {
      await reader.cancel();
      throw new Problem(-1, { type: 'too_large_for_memory' });
    }
    chunks.push(value as BlobPart);
  }
  const url = URL.createObjectURL(new Blob(chunks, { type: 'application/zip' }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
