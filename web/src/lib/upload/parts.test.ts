// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { MiB, chunks, missingParts, partCount, partRange, partSize, takeBatch } from './parts';

describe('parts', () => {
  it('are 8 MiB until 9,000 of them no longer hold the file, then grow by whole MiB', () => {
    expect(partSize(1)).toBe(8 * MiB);
    expect(partSize(9000 * 8 * MiB)).toBe(8 * MiB);
    expect(partSize(9000 * 8 * MiB + 1)).toBe(9 * MiB);
    const huge = 48.8 * 1024 ** 4;
    expect(partCount(huge, partSize(huge))).toBeLessThanOrEqual(10_000);
    expect(partSize(huge) % MiB).toBe(0);
  });

  it('cover the file without gap or overlap', () => {
    const size = 41 * MiB + 7;
    const part = partSize(size);
    let end = 0;
    for (let number = 1; number <= partCount(size, part); number++) {
      const range = partRange(number, size, part);
      expect(range.start).toBe(end);
      end = range.end;
    }
    expect(end).toBe(size);
  });

  it('that are missing are those not at the store, and those there with a wrong length', () => {
    const size = 20 * MiB;
    const present = [
      { number: 1, size: 8 * MiB },
      { number: 2, size: 5 },
    ];
    expect(missingParts(size, 8 * MiB, present).map((range) => range.number)).toEqual([2, 3]);
    expect(missingParts(size, 8 * MiB, [...present, { number: 3, size: 4 * MiB }]).length).toBe(1);
  });

  it('an empty file has one empty part', () => {
    expect(missingParts(0, 8 * MiB, [])).toEqual([{ number: 1, start: 0, end: 0 }]);
  });
});

describe('batches', () => {
  it('respect count and bytes, but always take one', () => {
    const items = [50, 60, 1, 1].map((size) => ({ size }));
    expect(takeBatch(items, 90, 10).length).toBe(1);
    expect(takeBatch(items, 90, 111).length).toBe(3);
    expect(takeBatch(items, 2, 1000).length).toBe(2);
    expect(takeBatch([], 90, 10)).toEqual([]);
  });

  it('chunks lose nothing', () => {
    expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });
});
