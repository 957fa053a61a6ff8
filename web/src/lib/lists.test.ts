// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Entry } from './api/client';
import { everything, kept, nothing, only, ranged, toggled } from './selection';
import { filtered, sorted, typeAhead } from './sorting';
import { merged } from './state/listing.svelte';

const entry = (name: string, more: Partial<Entry> = {}): Entry => ({
  id: name,
  kind: 'file',
  name,
  created: '2026-01-01T00:00:00.000Z',
  modified: '2026-01-01T00:00:00.000Z',
  ...more,
});
const names = (entries: readonly Entry[]) => entries.map((one) => one.name);

describe('sorting', () => {
  const list = [
    entry('b 10', { size: 1 }),
    entry('b 2', { size: 3 }),
    entry('Z', { kind: 'folder' }),
    entry('A', { size: 2 }),
  ];
  it('puts folders first and counts as people do', () => {
    expect(names(sorted(list, { key: 'name', descending: false }))).toEqual(['Z', 'A', 'b 2', 'b 10']);
    expect(names(sorted(list, { key: 'name', descending: true }))).toEqual(['Z', 'b 10', 'b 2', 'A']);
    expect(names(sorted(list, { key: 'size', descending: true }))).toEqual(['Z', 'b 2', 'A', 'b 10']);
  });
  it('filters and jumps without regard to case', () => {
    expect(names(filtered(list, ' B '))).toEqual(['b 10', 'b 2']);
    expect(typeAhead(list, 'z', 0)).toBe(2);
    expect(typeAhead(list, 'b', 1)).toBe(1);
    expect(typeAhead(list, 'q', 0)).toBe(-1);
  });
});

describe('selection', () => {
  const order = ['a', 'b', 'c', 'd'];
  it('a range starts at the anchor, which a new sort keeps', () => {
    const first = only('c');
    expect([...ranged(first, order, 'a').ids]).toEqual(['a', 'b', 'c']);
    expect([...ranged(first, ['c', 'a', 'd', 'b'], 'd').ids]).toEqual(['c', 'a', 'd']);
    expect([...ranged(nothing, order, 'b').ids]).toEqual(['b']);
  });
  it('toggles, takes all, and drops what is gone', () => {
    expect([...toggled(only('a'), 'b').ids]).toEqual(['a', 'b']);
    expect([...toggled(only('a'), 'a').ids]).toEqual([]);
    expect(everything(order).ids.size).toBe(4);
    expect([...kept(everything(order), new Set(['a', 'd'])).ids]).toEqual(['a', 'd']);
  });
});

it('a list takes many changes in one pass, in place', () => {
  const changes = new Map([
    ['a', undefined],
    ['b', entry('b', { size: 9 })],
    ['new', entry('new')],
  ]);
  const after = merged([entry('a'), entry('b'), entry('c')], changes);
  expect(names(after)).toEqual(['b', 'c', 'new']);
  expect(after[0]!.size).toBe(9);
});
