// SPDX-License-Identifier: Apache-2.0
// The folders that a drop brings along: each is made once, however many files lie in it.
import { retrying } from './retrying';
import type { World } from './engine';

export class Folders {
  private readonly known = new Map<string, Promise<string>>();

  constructor(private readonly world: World) {}

  id(target: string, path: string, signal: AbortSignal): Promise<string> {
    if (!path) return Promise.resolve(target);
    const key = `${target}/${path}`;
    let id = this.known.get(key);
    if (!id) {
      id = this.make(target, path, signal);
      this.known.set(key, id);
      id.catch(() => this.known.delete(key));
    }
    return id;
  }

  /** What the server said about a folder no longer holds (it was removed meanwhile). */
  forget(target: string, path: string): void {
    this.known.delete(`${target}/${path}`);
  }

  private async make(target: string, path: string, signal: AbortSignal): Promise<string> {
    const { api, connection, pause } = this.world;
    const folder = await retrying(() => api.createFolder(target, path), { connection, signal, pause });
    this.world.foldersMade(target);
    return folder.id;
  }
}
