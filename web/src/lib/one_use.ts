// SPDX-License-Identifier: Apache-2.0
// The one-use token behind "#" of set-up, invitation and reset links: read once, then taken out of the address, so
// that it stays in no history and no screenshot. A reload of the tab finds it again.

const key = (path: string) => `satchel-one-use:${path}`;

export function takeToken(): string {
  const path = location.pathname;
  const fragment = decodeURIComponent(location.hash.slice(1));
  if (fragment) {
    sessionStorage.setItem(key(path), fragment);
    history.replaceState(null, '', path);
  }
  return sessionStorage.getItem(key(path)) ?? '';
}

export function spendToken(): void {
  sessionStorage.removeItem(key(location.pathname));
}
