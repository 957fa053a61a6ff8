// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { TypedLetters, commandOf, movedFocus } from './grid_keys';

const press = (key: string, more = {}) => ({
  ...{ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false },
  ...more,
});

it('moving keys stay inside the list', () => {
  expect(movedFocus(press('ArrowDown'), -1, 5, 3)).toBe(0);
  expect(movedFocus(press('ArrowDown'), 4, 5, 3)).toBe(4);
  expect(movedFocus(press('ArrowUp'), -1, 5, 3)).toBe(4);
  expect(movedFocus(press('PageDown'), 1, 5, 3)).toBe(4);
  expect(movedFocus(press('PageUp'), 1, 5, 3)).toBe(0);
  expect(movedFocus(press('Home'), 3, 5, 3)).toBe(0);
  expect(movedFocus(press('End'), 3, 5, 3)).toBe(4);
  expect(movedFocus(press('ArrowDown'), 0, 0, 3)).toBeUndefined();
  expect(movedFocus(press('ArrowUp', { altKey: true }), 3, 5, 3)).toBeUndefined();
});

it('commands follow the table of keys', () => {
  expect(commandOf(press('Enter'))).toBe('open');
  expect(commandOf(press(' '))).toBe('toggle');
  expect(commandOf(press('a', { ctrlKey: true }))).toBe('all');
  expect(commandOf(press('a', { metaKey: true }))).toBe('all');
  expect(commandOf(press('Backspace'))).toBe('up');
  expect(commandOf(press('ArrowUp', { altKey: true }))).toBe('up');
  expect(commandOf(press('F2'))).toBe('rename');
  expect(commandOf(press('Delete'))).toBe('remove');
  expect(commandOf(press('F10', { shiftKey: true }))).toBe('menu');
  expect(commandOf(press('a'))).toBeUndefined();
});

it('letters typed in one go are one search; the same letter again asks for the next', () => {
  const typed = new TypedLetters();
  expect(typed.add('r', 1000)).toEqual({ letters: 'r', next: true });
  expect(typed.add('e', 1200)).toEqual({ letters: 're', next: false });
  expect(typed.add('b', 5000)).toEqual({ letters: 'b', next: true });
  expect(typed.add('b', 5200)).toEqual({ letters: 'b', next: true });
});
