// SPDX-License-Identifier: Apache-2.0
// The order of a list and its filter. Folders come first, names in the order people count ("2" before "10").
import type { Entry } from './api/client';
import { locale } from './i18n';

export type SortKey = 'name' | 'size' | 'modified' | 'deleted';
export interface Sort {
  key: SortKey;
  descending: boolean;
}

const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });

const compare: Record<SortKey, (a: Entry, b: Entry) => number> = {
  name: () => 0,
  size: (a, b) => (a.size ?? 0) - (b.size ?? 0),
  modified: (a, b) => Date.parse(a.modified) - Date.parse(b.modified),
  deleted: (a, b) => Date.parse(a.deleted ?? '') - Date.parse(b.deleted ?? ''),
};

export function sorted(entries: readonly Entry[], { key, descending }: Sort): Entry[] {
  const sign = descending ? -1 : 1;
  const by = compare[key];
  return [...entries].sort((a, b) => {
    if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1;
    return sign * (by(a, b) || collator.compare(a.name, b.name)) || (a.id < b.id ? -1 : 1);
  });
}

export function filtered(entries: readonly Entry[], text: string): readonly Entry[] {
  const wanted = text.trim().toLocaleLowerCase();
  if (!wanted) return entries;
  return entries.filter((entry) => entry.name.toLocaleLowerCase().includes(wanted));
}

/** The entry that typing these letters jumps to: the next one from `from` on that starts with them. */
export function typeAhead(entries: readonly Entry[], letters: string, from: number): number {
  const wanted = letters.toLocaleLowerCase();
  for (let step = 0; step < entries.length; step++) {
    const index = (from + step) % entries.length;
    if (entries[index]!.name.toLocaleLowerCase().startsWith(wanted)) return index;
  }
  return -1;
}
