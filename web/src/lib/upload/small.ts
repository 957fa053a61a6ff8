// SPDX-License-Identifier: Apache-2.0
// Small files: one call creates a batch, one PUT sends each, one call completes them.
import { algorithm, type Sending } from './engine';
import { adopt, begunAnew, describe, transfer, watched } from './sending';
import { retrying, type Tries } from './retrying';
import type { CreatedUpload, SignedRequest, Task } from './model';
import { Problem } from '../problem';

interface Item {
  task: Task;
  signal: AbortSignal;
  folder: string;
  checksum: string;
  request?: SignedRequest;
}

export async function sendSmall(world: Sending, batch: Task[]): Promise<void> {
  const signals = batch.map((task) => task.control!.signal);
  const all = new AbortController(); // ends when the last of the batch is paused or cancelled
  const check = () => signals.every((signal) => signal.aborted) && all.abort(signals[0]!.reason);
  for (const signal of signals) signal.addEventListener('abort', check, { once: true });
  const tries: Tries = { connection: watched(world, batch), signal: all.signal, pause: world.pause };
  const items = await prepare(world, batch, signals);
  try {
    await create(
      world,
      items.filter((item) => !item.task.uploadId),
      tries,
    );
  } catch (error) {
    for (const { task, signal } of items) if (!task.uploadId) world.fail(task, error, signal);
  }
  const sent = await Promise.all(items.map((item) => sendOne(world, item)));
  await completeAll(
    world,
    items.filter((_, index) => sent[index]),
    tries,
  );
}

function going({ task, signal }: Item): boolean {
  return task.control?.signal === signal && !signal.aborted;
}

async function prepare(world: Sending, batch: Task[], signals: AbortSignal[]): Promise<Item[]> {
  const items = await Promise.all(
    batch.map(async (task, index): Promise<Item | undefined> => {
      const signal = signals[index]!;
      try {
        task.state = 'sending';
        const folder = await world.folders.id(task.target, task.dir, signal);
        const checksum = await world.checksum(algorithm, task.file!);
        return { task, signal, folder, checksum };
      } catch (error) {
        world.fail(task, error, signal);
        return undefined;
      }
    }),
  );
  return items.filter((item) => item !== undefined);
}

/** Creates what can be created; names that are taken are put aside, and the rest is asked for again. */
async function create(world: Sending, items: Item[], tries: Tries): Promise<void> {
  let rest = items.filter(going);
  while (rest.length) {
    const files = rest.map(({ task, folder, checksum }) =>
      describe(task, folder, { algorithm, value: checksum }),
    );
    try {
      const created = await retrying(() => world.api.create(files), tries);
      rest.forEach((item, index) => taken(world, item, created[index]!));
      return;
    } catch (error) {
      const conflicts =
        error instanceof Problem && error.type === 'name_taken' ? error.body.conflicts : undefined;
      if (!conflicts?.length) throw error;
      const hit = new Set(conflicts);
      rest.forEach((item, index) => void (hit.has(index) && world.conflictFound(item.task)));
      rest = rest.filter((_, index) => !hit.has(index)).filter(going);
    }
  }
}

function taken(world: Sending, item: Item, created: CreatedUpload): void {
  adopt(world, item.task, created);
  item.request = created.put;
  // Cancelled while the call was on its way: nobody else knows the upload's id.
  if (item.task.state === 'cancelled') void world.api.abort(created.id).catch(() => undefined);
}

async function sendOne(world: Sending, item: Item): Promise<boolean> {
  const { task, signal } = item;
  if (!task.uploadId || !going(item)) return false;
  const tries: Tries = { connection: watched(world, [task]), signal, pause: world.pause };
  const sign = () =>
    retrying(() => world.api.signPut(task.uploadId!, { algorithm, value: item.checksum }), tries);
  try {
    if (!item.request && (await finishedByStore(world, task, tries))) return false;
    await world.lanes.run(async () => {
      task.stored = 0;
      const request = item.request ?? (await sign());
      await transfer(world, { task, part: 1, body: task.file!, request, signal, sign });
    }, signal);
    task.state = 'finishing';
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) begunAnew(task);
    world.fail(task, error, signal);
    return false;
  }
}

/** A file begun by an earlier page: its bytes may have come, and the server may have finished it. */
async function finishedByStore(world: Sending, task: Task, tries: Tries): Promise<boolean> {
  const status = await retrying(() => world.api.status(task.uploadId!), tries);
  if (status.state !== 'done') return false;
  task.entry = status.entry;
  world.finish(task);
  return true;
}

async function completeAll(world: Sending, items: Item[], tries: Tries): Promise<void> {
  const finished = items.filter(going);
  if (!finished.length) return;
  try {
    const uploads = finished.map(({ task }) => ({ id: task.uploadId! }));
    const results = new Map(
      (await retrying(() => world.api.completeMany(uploads), tries)).map((result) => [result.id, result]),
    );
    for (const item of finished) settle(world, item, results.get(item.task.uploadId!));
  } catch (error) {
    for (const { task, signal } of finished) world.fail(task, error, signal);
  }
}

function settle(
  world: Sending,
  { task, signal }: Item,
  result?: { entry?: Task['entry']; problem?: Problem },
): void {
  if (result?.entry) {
    task.entry = result.entry;
    if (task.state !== 'cancelled') world.finish(task);
    return;
  }
  if (result?.problem?.status === 404) begunAnew(task);
  world.fail(task, result?.problem ?? new Problem(500, { type: 'internal' }), signal);
}
