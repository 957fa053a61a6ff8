// SPDX-License-Identifier: Apache-2.0
// Uploads that outlive the page, in IndexedDB. Only what is needed to find them again: what the store has is asked
// from the server. Each page owns its uploads; a page that has gone leaves them to the next one.
import type { Conflict, Task } from './model';

export interface Remembered {
  key: string;
  owner: string;
  user: string;
  drop: string;
  target: string;
  dir: string;
  name: string;
  size: number;
  type: string;
  modified: number;
  conflict: Conflict;
  paused: boolean;
  /** What the store had at the last look, to be shown until it is asked. */
  stored?: number;
  uploadId?: string;
  partSize?: number;
  handle?: FileSystemFileHandle;
}

export function rememberable(task: Task, owner: string, user: string): Remembered {
  const { key, drop, target, dir, name, size, type, modified, conflict, uploadId, partSize, handle } = task;
  const kept = { key, owner, user, drop, target, dir, name, size, type, modified, conflict };
  return { ...kept, paused: task.state === 'paused', stored: task.stored, uploadId, partSize, handle };
}

export function revive(kept: Remembered): Task {
  const { key, drop, target, dir, name, size, type, modified, conflict, uploadId, partSize, handle } = kept;
  return {
    ...{ key, drop, target, dir, name, size, type, modified, conflict, uploadId, partSize, handle },
    state: kept.paused ? 'paused' : 'file-needed',
    stored: kept.stored ?? 0,
    moving: new Map(),
    offline: false,
  };
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Forgets everything where the browser gives no database (private windows): uploads then do not outlive the page. */
export class UploadStore {
  private readonly database: Promise<IDBDatabase | undefined>;

  constructor() {
    this.database = this.open().catch(() => undefined);
  }

  async all(): Promise<Remembered[]> {
    const store = await this.store('readonly');
    return store ? asked(store.getAll() as IDBRequest<Remembered[]>) : [];
  }

  async change(keep: Remembered[], forget: string[]): Promise<void> {
    const store = await this.store('readwrite');
    if (!store) return;
    for (const one of keep) this.put(store, one);
    for (const key of forget) store.delete(key);
  }

  private put(store: IDBObjectStore, one: Remembered): void {
    try {
      store.put(one);
    } catch {
      store.put({ ...one, handle: undefined }); // a handle that cannot be stored
    }
  }

  private open(): Promise<IDBDatabase> {
    const request = indexedDB.open('satchel-uploads', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('uploads', { keyPath: 'key' });
    return asked(request);
  }

  private async store(mode: IDBTransactionMode): Promise<IDBObjectStore | undefined> {
    return (await this.database)?.transaction('uploads', mode).objectStore('uploads');
  }
}
