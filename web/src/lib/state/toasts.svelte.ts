// SPDX-License-Identifier: Apache-2.0
// Short notices at the edge of the page, with an action where there is a way back.
import type { Problem } from '../problem';
import { describeProblem } from '../problem_text';

export interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'error';
  requestId?: string;
  action?: { label: string; run(): void | Promise<void> };
}

export const toastMs = 9_000;
const most = 4;
let count = 0;

class Toasts {
  list = $state<Toast[]>([]);
  /** The last action that can be taken back by Ctrl+Z. */
  private lastUndo: Toast | undefined;

  show(text: string, action?: Toast['action']): void {
    this.add({ id: ++count, text, kind: 'done', action });
  }

  fail(problem: Problem): void {
    this.add({ id: ++count, text: describeProblem(problem), kind: 'error', requestId: problem.requestId });
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  async act(toast: Toast): Promise<void> {
    this.drop(toast.id);
    if (this.lastUndo?.id === toast.id) this.lastUndo = undefined;
    await toast.action?.run();
  }

  /** Takes the last action back; false where there is none. */
  undo(): boolean {
    const toast = this.lastUndo;
    if (!toast) return false;
    void this.act(toast);
    return true;
  }

  private add(toast: Toast): void {
    if (toast.action) this.lastUndo = toast;
    this.list = [...this.list.slice(-(most - 1)), toast];
  }
}

export const toasts = new Toasts();
