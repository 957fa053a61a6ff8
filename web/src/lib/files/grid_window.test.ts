// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { scrollFor, visibleRows } from './grid_window';

it('of 10,000 rows only those around the window are there, and the focused one', () => {
  const rows = visibleRows(10_000, 48, 48 * 5000, 480, 3);
  expect(rows.length).toBeLessThan(40);
  expect(rows[0]).toBe(3);
  expect(rows).toContain(5000);
  expect(rows).toContain(5010);
  expect(visibleRows(10_000, 48, 0, 480, 9999).at(-1)).toBe(9999);
  expect(visibleRows(3, 48, 0, 480, 1)).toEqual([0, 1, 2]);
  expect(visibleRows(0, 48, 0, 480, -1)).toEqual([]);
});

it('scrolls no further than needed', () => {
  expect(scrollFor(0, 48, 100, 480)).toBe(0);
  expect(scrollFor(20, 48, 0, 480)).toBe(21 * 48 - 480);
  expect(scrollFor(5, 48, 0, 480)).toBeUndefined();
});
