// SPDX-License-Identifier: Apache-2.0
// The one menu that may be open: beside a button, or where the pointer is.

export interface MenuItem {
  label: string;
  icon: string;
  run(): unknown;
  hint?: string;
  danger?: boolean;
  /** A line above it. */
  apart?: boolean;
  checked?: boolean;
}

export interface OpenMenu {
  label: string;
  items: MenuItem[];
  anchor: HTMLElement | { x: number; y: number };
  returnTo: HTMLElement | null;
}

class MenuState {
  open = $state.raw<OpenMenu>();

  show(label: string, items: MenuItem[], anchor: OpenMenu['anchor']): void {
    this.open = { label, items, anchor, returnTo: document.activeElement as HTMLElement | null };
  }
}

export const menu = new MenuState();
