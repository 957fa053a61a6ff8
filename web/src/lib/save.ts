// SPDX-License-Identifier: Apache-2.0
/** Lets the browser save what an address answers with `Content-Disposition: attachment`. */
export function save(url: string): void {
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = '';
  anchor.click();
}
