// SPDX-License-Identifier: Apache-2.0
// CRC32C and CRC64NVME in plain JavaScript (the CSP forbids WebAssembly), eight bytes a step, and the combination
// of the checksums of parts into that of the whole. Values travel as base64 of the big-endian bytes, as S3 does.

export type Algorithm = 'crc32c' | 'crc64nvme';

const slices = 8;

function tables32(poly: number): Uint32Array {
  const table = new Uint32Array(slices * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ poly : crc >>> 1;
    table[byte] = crc;
  }
  for (let at = 256; at < table.length; at++) {
    const before = table[at - 256]!;
    table[at] = (before >>> 8) ^ table[before & 255]!;
  }
  return table;
}

/** The 64-bit tables as two halves: JavaScript has no fast 64-bit integers. */
function tables64(polyHigh: number, polyLow: number): { low: Uint32Array; high: Uint32Array } {
  const low = new Uint32Array(slices * 256);
  const high = new Uint32Array(slices * 256);
  for (let byte = 0; byte < 256; byte++) {
    let h = 0;
    let l = byte;
    for (let bit = 0; bit < 8; bit++) {
      const carry = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (carry) {
        l ^= polyLow;
        h ^= polyHigh;
      }
    }
    low[byte] = l;
    high[byte] = h;
  }
  for (let at = 256; at < low.length; at++) {
    const l = low[at - 256]!;
    const h = high[at - 256]!;
    low[at] = ((l >>> 8) | (h << 24)) ^ low[l & 255]!;
    high[at] = (h >>> 8) ^ high[l & 255]!;
  }
  return { low, high };
}

const t32 = tables32(0x82f63b78);
const t64 = tables64(0x9a6c9329, 0xac4bc9b5);

export function crc32c(bytes: Uint8Array): Uint8Array {
  const t = t32;
  const length = bytes.length;
  let crc = 0xffffffff;
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      t[1792 + (crc & 255)]! ^
      t[1536 + ((crc >>> 8) & 255)]! ^
      t[1280 + ((crc >>> 16) & 255)]! ^
      t[1024 + (crc >>> 24)]! ^
      t[768 + bytes[at + 4]!]! ^
      t[512 + bytes[at + 5]!]! ^
      t[256 + bytes[at + 6]!]! ^
      t[bytes[at + 7]!]!;
  }
  for (; at < length; at++) crc = (crc >>> 8) ^ t[(crc ^ bytes[at]!) & 255]!;
  return bigEndian(~crc);
}

export function crc64nvme(bytes: Uint8Array): Uint8Array {
  const { low: tl, high: th } = t64;
  const length = bytes.length;
  let low = -1;
  let high = -1;
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    low ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    high ^= bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
    const a = 1792 + (low & 255);
    const b = 1536 + ((low >>> 8) & 255);
    const c = 1280 + ((low >>> 16) & 255);
    const d = 1024 + (low >>> 24);
    const e = 768 + (high & 255);
    const f = 512 + ((high >>> 8) & 255);
    const g = 256 + ((high >>> 16) & 255);
    const h = high >>> 24;
    low = tl[a]! ^ tl[b]! ^ tl[c]! ^ tl[d]! ^ tl[e]! ^ tl[f]! ^ tl[g]! ^ tl[h]!;
    high = th[a]! ^ th[b]! ^ th[c]! ^ th[d]! ^ th[e]! ^ th[f]! ^ th[g]! ^ th[h]!;
  }
  for (; at < length; at++) {
    const index = (low ^ bytes[at]!) & 255;
    low = ((low >>> 8) | (high << 24)) ^ tl[index]!;
    high = (high >>> 8) ^ th[index]!;
  }
  return bigEndian(~high, ~low);
}

export function crc(algorithm: Algorithm, bytes: Uint8Array): Uint8Array {
  return algorithm === 'crc32c' ? crc32c(bytes) : crc64nvme(bytes);
}

function bigEndian(...words: number[]): Uint8Array {
  const out = new Uint8Array(words.length * 4);
  const view = new DataView(out.buffer);
  words.forEach((word, index) => view.setUint32(index * 4, word >>> 0));
  return out;
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function toNumber(base64: string): bigint {
  let value = 0n;
  for (const char of atob(base64)) value = (value << 8n) | BigInt(char.charCodeAt(0));
  return value;
}

type Matrix = bigint[];

function times(matrix: Matrix, vector: bigint): bigint {
  let sum = 0n;
  for (let row = 0; vector; row++, vector >>= 1n) if (vector & 1n) sum ^= matrix[row]!;
  return sum;
}

function squared(matrix: Matrix): Matrix {
  return matrix.map((row) => times(matrix, row));
}

/** The operator that appends `length` zero bytes to what a checksum covers. */
function zerosOperator(algorithm: Algorithm, length: number): Matrix {
  const [bits, poly] = algorithm === 'crc32c' ? [32, 0x82f63b78n] : [64, 0x9a6c9329ac4bc9b5n];
  let power: Matrix = [poly, ...Array.from({ length: bits - 1 }, (_, bit) => 1n << BigInt(bit))];
  for (let i = 0; i < 3; i++) power = squared(power); // one zero bit → one zero byte
  let result: Matrix = Array.from({ length: bits }, (_, bit) => 1n << BigInt(bit));
  for (let rest = length; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2) result = result.map((row) => times(power, row));
    power = squared(power);
  }
  return result;
}

/** The checksum of the parts put together, in order. */
export function combine(algorithm: Algorithm, parts: { checksum: string; size: number }[]): string {
  const operators = new Map<number, Matrix>();
  let total = 0n;
  for (const part of parts) {
    let operator = operators.get(part.size);
    if (!operator) operators.set(part.size, (operator = zerosOperator(algorithm, part.size)));
    total = times(operator, total) ^ toNumber(part.checksum);
  }
  const words = algorithm === 'crc32c' ? [total] : [total >> 32n, total & 0xffffffffn];
  return toBase64(bigEndian(...words.map(Number)));
}
