// SPDX-License-Identifier: Apache-2.0
// Keys on the grid: where focus goes, and which command a key stands for.

export interface KeyEvent {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** The row that a moving key leads to; undefined where the key does not move. */
export function movedFocus(event: KeyEvent, at: number, count: number, page: number): number | undefined {
  if (!count || event.altKey) return undefined;
  const inside = (index: number) => Math.max(0, Math.min(count - 1, index));
  switch (event.key) {
    case 'ArrowDown':
      return inside(at + 1);
    case 'ArrowUp':
      return at < 0 ? count - 1 : inside(at - 1);
    case 'PageDown':
      return inside(at + page);
    case 'PageUp':
      return inside(at - page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
  }
  return undefined;
}

export type Command = 'open' | 'toggle' | 'all' | 'clear' | 'up' | 'rename' | 'remove' | 'menu';

export function commandOf(event: KeyEvent): Command | undefined {
  const control = event.ctrlKey || event.metaKey;
  if (control && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'a') return 'all';
  if (event.altKey && event.key === 'ArrowUp') return 'up';
  if (event.shiftKey && event.key === 'F10') return 'menu';
  if (event.altKey) return undefined;
  const plain: Record<string, Command> = {
    Enter: 'open',
    ' ': 'toggle',
    Escape: 'clear',
    Backspace: 'up',
    F2: 'rename',
    Delete: 'remove',
    ContextMenu: 'menu',
  };
  return plain[event.key];
}

const pauseMs = 900;

/** Collects letters that are typed in one go. A repeated single letter asks for the next match. */
export class TypedLetters {
  private letters = '';
  private last = 0;

  /** The letters so far, and whether the search starts behind the focused row. */
  add(letter: string, now: number): { letters: string; next: boolean } {
    const fresh = now - this.last > pauseMs;
    this.last = now;
    if (!fresh && this.letters === letter) return { letters: letter, next: true };
    this.letters = fresh ? letter : this.letters + letter;
    return { letters: this.letters, next: fresh };
  }
}
