// SPDX-License-Identifier: Apache-2.0
// The browser's history. While a dialog is up it has one more entry for the same address, so that Back closes the
// dialog and the page stays; when the dialog closes otherwise, that entry is left again.

/** Asked to close the dialog; false where it stays. */
type Close = () => boolean;

let dialogs: Close[] = [];
/** A step back of ours is on its way. */
let leaving = false;

const marked = () => (history.state as { dialog?: true } | null)?.dialog === true;

addEventListener('popstate', () => {
  const close = leaving || marked() ? undefined : dialogs.at(-1);
  leaving = false;
  if (close?.()) dialogs.pop();
  settle();
});

function settle(): void {
  if (leaving || marked() === dialogs.length > 0) return;
  if (dialogs.length) history.pushState({ dialog: true }, '');
  else {
    leaving = true;
    history.back();
  }
}

/** Returns what a dialog calls when it is gone. */
export function closeOnBack(close: Close): () => void {
  dialogs.push(close);
  settle();
  return () => {
    dialogs = dialogs.filter((one) => one !== close);
    setTimeout(settle); // a link in the dialog, or the next dialog, takes the entry over
  };
}

/** Goes to another address of this page. */
export function visit(address: string, then: () => void, replace = false): void {
  if (leaving) addEventListener('popstate', () => visit(address, then, replace), { once: true });
  else {
    if (replace || marked()) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    then();
  }
}

settle(); // loaded again with a dialog up
