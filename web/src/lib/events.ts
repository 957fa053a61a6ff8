// SPDX-License-Identifier: Apache-2.0
// What happened in this page, for whoever shows it: the typed list of events.
import type { Entry } from './api/client';

interface Events {
  /** An entry is new or changed. */
  entryChanged: Entry;
  /** An entry left its folder (moved, in the trash). */
  entryGone: { id: string; parent?: string };
  /** Something below this folder changed in a way that only the server can tell. */
  folderStale: { id: string };
  /** Space was taken or came back. */
  spaceChanged: void;
  linksChanged: { entry: string };
  /** Nothing moves any more; these came in: the names that the folder of the drop shows. */
  uploaded: readonly { target: string; name: string }[];
}

type Listener<K extends keyof Events> = (event: Events[K]) => void;
const listeners = new Map<keyof Events, Set<Listener<never>>>();

/** Returns what ends the listening. */
export function on<K extends keyof Events>(name: K, listener: Listener<K>): () => void {
  let set = listeners.get(name);
  if (!set) listeners.set(name, (set = new Set()));
  set.add(listener as Listener<never>);
  return () => set.delete(listener as Listener<never>);
}

export function emit<K extends keyof Events>(
  name: K,
  ...[event]: Events[K] extends void ? [] : [Events[K]]
): void {
  for (const listener of listeners.get(name) ?? []) (listener as (event: unknown) => void)(event);
}
