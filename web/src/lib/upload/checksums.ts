// SPDX-License-Identifier: Apache-2.0
// Checksums of blobs: in a worker, or in the page where no worker starts.
import { crc, toBase64, type Algorithm } from './crc';
import workerUrl from './crc_worker?worker&url';
import { FileUnreadable } from '../problem';
import { trustedWorkerUrl } from '../trusted';

interface Answer {
  id: number;
  checksum?: string;
  error?: string;
}

const waiting = new Map<number, { resolve(checksum: string): void; reject(error: Error): void }>();
let worker: Worker | undefined;
let broken = false;
let count = 0;

function start(): Worker | undefined {
  if (worker || broken) return worker;
  try {
    worker = new Worker(trustedWorkerUrl(workerUrl), { type: 'module' });
    worker.onmessage = (event: MessageEvent<Answer>) => {
      const question = waiting.get(event.data.id);
      waiting.delete(event.data.id);
      if (event.data.checksum) question?.resolve(event.data.checksum);
      else question?.reject(new FileUnreadable());
    };
    worker.onerror = () => {
      broken = true;
      worker = undefined;
      for (const question of waiting.values()) question.reject(new Error('worker failed'));
      waiting.clear();
    };
  } catch {
    broken = true;
  }
  return worker;
}

async function here(algorithm: Algorithm, blob: Blob): Promise<string> {
  try {
    return toBase64(crc(algorithm, new Uint8Array(await blob.arrayBuffer())));
  } catch {
    throw new FileUnreadable();
  }
}

export async function checksum(algorithm: Algorithm, blob: Blob): Promise<string> {
  const running = start();
  if (!running) return here(algorithm, blob);
  const id = ++count;
  const answer = new Promise<string>((resolve, reject) => waiting.set(id, { resolve, reject }));
  running.postMessage({ id, algorithm, blob });
  try {
    return await answer;
  } catch (error) {
    if (error instanceof FileUnreadable) throw error;
    return here(algorithm, blob);
  }
}
