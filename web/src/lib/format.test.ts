// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { bytes, duration, localInput, relative, when, whenExactly } from './format';
import { useTexts } from './i18n';

it('sizes carry the unit that keeps them short', () => {
  expect(bytes(0)).toBe('0 bytes');
  expect(bytes(1)).toBe('1 byte');
  expect(bytes(999)).toBe('999 bytes');
  expect(bytes(1500)).toBe('1.5 kB');
  expect(bytes(999_600)).toBe('1 MB');
  expect(bytes(5_368_709_120)).toBe('5.4 GB');
  expect(bytes(123_456_789)).toBe('123 MB');
});

it('durations never promise less than there is', () => {
  expect(duration(0.2)).toBe('a moment');
  expect(duration(59)).toBe('59 s');
  expect(duration(61)).toBe('2 min');
  expect(duration(3601)).toBe('2 h');
});

it('times of today show the hour, of this year the day, else the year, too', () => {
  const now = new Date('2026-11-24T16:00:00');
  expect(when('2026-11-24T09:05:00', now)).toMatch(/9:05/);
  expect(when('2026-03-01T09:05:00', now)).toBe('Mar 1');
  expect(when('2024-03-01T09:05:00', now)).toBe('Mar 1, 2024');
});

it('relative times go both ways', () => {
  const now = Date.parse('2026-11-24T16:00:00Z');
  expect(relative('2026-11-27T16:00:00Z', now)).toBe('in 3 days');
  expect(relative('2026-11-27T15:59:58Z', now)).toBe('in 3 days');
  expect(relative('2026-11-24T14:00:00Z', now)).toBe('2 hours ago');
});

it('a date field gets local time', () => {
  expect(localInput(new Date(2026, 10, 24, 16, 5))).toBe('2026-11-24T16:05');
});

it('dates are those of the region where its language is that of the texts, else have a 24-hour clock', async () => {
  const now = new Date('2026-11-24T16:00:00');
  await useTexts({}, {}, ['de-DE', 'en-GB', 'en-US']);
  expect(when('2024-03-01T09:05:00', now)).toBe('1 Mar 2024');
  await useTexts({}, {}, ['de-DE']);
  expect(whenExactly('2024-03-01T21:05:00')).toMatch(/21:05/);
});
