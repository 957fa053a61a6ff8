// SPDX-License-Identifier: Apache-2.0
// Copies text; also where the clipboard API is missing (plain http). False where the browser refuses.

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  const back = document.activeElement as HTMLElement | null;
  // Inside an open dialog everything else is inert, so the field has to lie there.
  (back?.closest('dialog') ?? document.body).append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  back?.focus();
  return done;
}
