// SPDX-License-Identifier: Apache-2.0
// Texts by key, with {parameters} and plurals. All texts stand in src/i18n/LOCALE.json. Another language is one file
// there and one line in each page's main.ts.
import type en from '../i18n/en.json';

type Plural = { one: string; other: string };
type Keys<T> = {
  [K in keyof T & string]: T[K] extends string | Plural ? K : `${K}.${Keys<T[K]>}`;
}[keyof T & string];
export type Key = Keys<typeof en>;
export type Params = Record<string, string | number>;
export interface Texts {
  [key: string]: string | Texts;
}

/** How to load the texts of a language other than English. */
export type Others = Record<string, () => Promise<{ default: Texts }>>;

export let locale = 'en';
/** How dates, times and sizes are written: as in the person's region, where the language is that of the texts. */
export let region = 'en';
let english: Texts = {};
let texts: Texts = {};
let plurals = new Intl.PluralRules(locale);

/**
 * Takes the first of the browser's languages that there are texts for. Call it once, before anything is shown.
 * `texts` are the English ones: they fill what another language lacks.
 */
export async function useTexts(all: Texts, others: Others = {}, wanted = navigator.languages): Promise<void> {
  english = texts = all;
  const found = wanted.map((tag) => tag.split('-')[0]!).find((tag) => tag === 'en' || tag in others);
  region = wanted.find((tag) => tag.split('-')[0] === (found ?? locale)) ?? `${locale}-u-hc-h23`;
  const load = found && others[found];
  if (!load) return;
  texts = (await load()).default;
  locale = found;
  plurals = new Intl.PluralRules(locale);
  document.documentElement.lang = locale;
}

function find(tree: Texts, key: string): string | Texts | undefined {
  let node: string | Texts | undefined = tree;
  for (const step of key.split('.')) node = typeof node === 'object' ? node[step] : undefined;
  return node;
}

/** The text of a key. A plural is chosen by the parameter `n`. */
export function t(key: Key, params: Params = {}): string {
  let text = find(texts, key) ?? find(english, key);
  if (typeof text === 'object') text = text[plurals.select(Number(params['n'] ?? 0))] ?? text['other'];
  if (typeof text !== 'string') return key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (typeof value === 'number') return new Intl.NumberFormat(locale).format(value);
    return value ?? whole;
  });
}

/** True where there is such a text; for keys put together from what the server says. */
export function hasText(key: string): key is Key {
  return typeof find(english, key) === 'string';
}
