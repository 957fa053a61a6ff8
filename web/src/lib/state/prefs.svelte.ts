// SPDX-License-Identifier: Apache-2.0
// What this browser remembers about how a person likes the page.

export type Theme = 'system' | 'light' | 'dark';

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage is blocked: the choice holds for this page.
  }
}

class Prefs {
  theme = $state<Theme>((document.documentElement.dataset['theme'] as Theme | undefined) ?? 'system');
  /** Single-letter shortcuts ("/", "?") can be switched off (WCAG 2.1.4). */
  letterKeys = $state(read('satchel-letter-keys') !== 'off');
  coarse = $state(matchMedia('(pointer: coarse)').matches);

  constructor() {
    matchMedia('(pointer: coarse)').addEventListener('change', (event) => (this.coarse = event.matches));
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    write('satchel-theme', theme === 'system' ? undefined : theme);
  }

  setLetterKeys(on: boolean): void {
    this.letterKeys = on;
    write('satchel-letter-keys', on ? undefined : 'off');
  }
}

export const prefs = new Prefs();
