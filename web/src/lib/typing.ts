// SPDX-License-Identifier: Apache-2.0

/** A key that a field, a dialog or a menu takes: the page's own keys shall not. */
export function isTyping(event: KeyboardEvent): boolean {
  const takes = 'input:not([type=checkbox]), textarea, select, dialog, [popover]';
  return event.defaultPrevented || (event.target as Element).closest(takes) !== null;
}
