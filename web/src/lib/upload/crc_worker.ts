// SPDX-License-Identifier: Apache-2.0
// Reads slices of files and answers with their checksums, off the page's thread.
import { crc, toBase64, type Algorithm } from './crc';

interface Question {
  id: number;
  algorithm: Algorithm;
  blob: Blob;
}

self.onmessage = async (event: MessageEvent<Question>) => {
  const { id, algorithm, blob } = event.data;
  try {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    self.postMessage({ id, checksum: toBase64(crc(algorithm, bytes)) });
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  }
};
