// SPDX-License-Identifier: Apache-2.0
// The one dialog that is open over the page.
import type { Entry } from '../api/client';

export interface Question {
  title: string;
  text: string;
  confirm: string;
  danger?: boolean;
}

export type OpenDialog =
  | { kind: 'newFolder'; parent: string }
  | { kind: 'rename'; entry: Entry }
  | { kind: 'move'; entries: Entry[]; copy: boolean }
  | { kind: 'share'; entry: Pick<Entry, 'id' | 'name' | 'kind'> }
  | { kind: 'preview'; entry: Entry; among: Entry[] }
  | { kind: 'shortcuts' }
  | { kind: 'confirm'; question: Question; answer(yes: boolean): void };

class Dialogs {
  open = $state.raw<OpenDialog>();

  show(dialog: OpenDialog): void {
    this.open = dialog;
  }

  close(): void {
    this.open = undefined;
  }

  confirm(question: Question): Promise<boolean> {
    return new Promise((answer) => this.show({ kind: 'confirm', question, answer }));
  }
}

export const dialogs = new Dialogs();
