// SPDX-License-Identifier: Apache-2.0
// Files of the store as one ZIP stream: nothing is held in memory, and a broken line goes on where it broke.
import { downloadZip } from 'client-zip';
import { backoff, maxTries, sleep } from '../upload/backoff';
import { Problem } from '../problem';

export interface ZipFile {
  /** The path within the archive; a folder's ends with "/". */
  name: string;
  modified: Date;
  size?: number;
  /** A signed address, asked for when the file's turn comes. */
  address?(): Promise<string>;
}

export interface ZipProgress {
  files(count: number): void;
  bytes(count: number): void;
}

export function zipStream(
  files: AsyncIterable<ZipFile>,
  progress: ZipProgress,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  return downloadZip(inputs(files, progress, signal), { buffersAreUTF8: true }).body!;
}

async function* inputs(files: AsyncIterable<ZipFile>, progress: ZipProgress, signal: AbortSignal) {
  const taken = new Set<string>();
  for await (const file of files) {
    signal.throwIfAborted();
    const name = freeName(file.name, taken);
    if (!file.address) {
      yield { name, lastModified: file.modified };
      continue;
    }
    const input = contents(file as Required<ZipFile>, progress, signal);
    yield { name, lastModified: file.modified, input, size: file.size! };
    progress.files(1);
  }
}

/** Two entries of one name would overwrite each other when the archive is unpacked. */
export function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 1; taken.has(free); n++) free = name.replace(/(\.[^./]*)?(\/?)$/, ` (${n})$1$2`);
  taken.add(free);
  return free;
}

async function* contents(
  file: Required<ZipFile>,
  progress: ZipProgress,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let attempt = 1; at < file.size || attempt === 1; attempt++) {
    try {
      const headers: HeadersInit = at ? { Range: `bytes=${at}-` } : {};
      const response = await fetch(await file.address(), { headers, signal });
      if (!response.ok || (at > 0 && response.status !== 206))
        throw new Problem(response.status, { type: 'store' });
      for await (const chunk of chunksOf(response.body!)) {
        at += chunk.length;
        progress.bytes(chunk.length);
        attempt = 1;
        yield chunk;
      }
      if (at === file.size) return;
      throw new Problem(0, { type: 'network' });
    } catch (error) {
      signal.throwIfAborted();
      const lasting = error instanceof Problem && !error.passing;
      if (lasting || attempt >= maxTries) throw error;
      await sleep(backoff(attempt), signal);
    }
  }
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let whole = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      whole = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!whole) reader.cancel().catch(() => undefined);
  }
}
