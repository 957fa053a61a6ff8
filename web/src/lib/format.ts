// SPDX-License-Identifier: Apache-2.0
// Sizes, times and durations, as people read them.
import { region, t } from './i18n';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** Decimal units, as file managers show them: 1 MB = 1,000,000 bytes. */
export function bytes(count: number): string {
  let value = Math.max(0, count);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  const format = { style: 'unit', unit: units[unit]!, unitDisplay: unit === 0 ? 'long' : 'short' } as const;
  return new Intl.NumberFormat(region, { ...format, maximumFractionDigits: digits }).format(value);
}

export function speed(bytesPerSecond: number): string {
  return t('units.perSecond', { size: bytes(bytesPerSecond) });
}

/** Seconds that are left, in the largest unit that says enough. */
export function duration(seconds: number): string {
  if (seconds < 1) return t('units.moment');
  if (seconds < 60) return t('units.seconds', { n: Math.ceil(seconds) });
  if (seconds < 3600) return t('units.minutes', { n: Math.ceil(seconds / 60) });
  if (seconds < 86_400) return t('units.hours', { n: Math.ceil(seconds / 3600) });
  return t('units.days', { n: Math.ceil(seconds / 86_400) });
}

/** Short: the time today, day and month this year, else with the year. */
export function when(time: string, now: Date = new Date()): string {
  const date = new Date(time);
  const sameDay = date.toDateString() === now.toDateString();
  const options: Intl.DateTimeFormatOptions = sameDay
    ? { hour: 'numeric', minute: '2-digit' }
    : {
        day: 'numeric',
        month: 'short',
        ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
      };
  return new Intl.DateTimeFormat(region, options).format(date);
}

/** Whole: date and time. */
export function whenExactly(time: string): string {
  return new Intl.DateTimeFormat(region, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** "in 3 days", "2 hours ago". */
export function relative(time: string, now: number = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1000;
  // Seven days that began a second ago are still "in 7 days".
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) * 1.01 >= length) ?? steps.at(-1)!;
  const format = new Intl.RelativeTimeFormat(region, { numeric: 'auto' });
  return format.format(Math.round(seconds / size), unit);
}

/** The value of a datetime-local field for a time, in the person's own zone. */
export function localInput(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
