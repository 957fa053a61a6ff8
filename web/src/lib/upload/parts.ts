// SPDX-License-Identifier: Apache-2.0
// The arithmetic of parts: sizes, ranges, what is missing. Sizes in bytes, part numbers from 1.

export const MiB = 1024 * 1024;
/** Up to here a file goes in one PUT. */
export const singlePutLimit = 8 * MiB;

export function partSize(size: number): number {
  return Math.max(8 * MiB, Math.ceil(size / 9000 / MiB) * MiB);
}

export function partCount(size: number, part: number): number {
  return Math.max(1, Math.ceil(size / part));
}

export interface Range {
  number: number;
  start: number;
  end: number;
}

export function partRange(number: number, size: number, part: number): Range {
  const start = (number - 1) * part;
  return { number, start, end: Math.min(size, start + part) };
}

export interface PresentPart {
  number: number;
  size: number;
  checksum?: string;
}

/** What is still to be sent. A part of a wrong length at the store counts as missing. */
export function missingParts(size: number, part: number, present: Iterable<PresentPart>): Range[] {
  const there = new Map([...present].map((one) => [one.number, one.size]));
  const missing: Range[] = [];
  for (let number = 1; number <= partCount(size, part); number++) {
    const range = partRange(number, size, part);
    if (there.get(number) !== range.end - range.start) missing.push(range);
  }
  return missing;
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let at = 0; at < items.length; at += size) out.push(items.slice(at, at + size));
  return out;
}

/** The first items that fit into one batch: at most `count`, at most `bytes`, but at least one. */
export function takeBatch<T extends { size: number }>(
  items: readonly T[],
  count: number,
  bytes: number,
): T[] {
  const batch: T[] = [];
  let total = 0;
  for (const item of items) {
    if (batch.length && (batch.length >= count || total + item.size > bytes)) break;
    batch.push(item);
    total += item.size;
  }
  return batch;
}
