// SPDX-License-Identifier: Apache-2.0
// Where the person is: the address, changed without loading the page anew.
import { isPlainClick } from '../router';
import { visit } from '../visits';

class Place {
  path = $state(location.pathname);
  search = $state(location.search);

  constructor() {
    addEventListener('popstate', () => this.read());
    document.addEventListener('click', (event) => this.follow(event));
  }

  go(path: string, replace = false): void {
    if (path === location.pathname + location.search) this.read();
    else visit(path, () => this.read(), replace);
  }

  private read(): void {
    this.path = location.pathname;
    this.search = location.search;
  }

  private follow(event: MouseEvent): void {
    const anchor = (event.target as Element | null)?.closest?.('a');
    if (!anchor || !isPlainClick(event) || anchor.target || anchor.hasAttribute('download')) return;
    if (anchor.origin !== location.origin || /^\/(s|auth|api|objects)\//.test(anchor.pathname)) return;
    event.preventDefault();
    this.go(anchor.pathname + anchor.search);
  }
}

export const place = new Place();
