// SPDX-License-Identifier: Apache-2.0
// A large file: parts in parallel, each with its checksum, resumable from what the store lists.
import { algorithm, type Sending } from './engine';
import { combine } from './crc';
import { chunks, missingParts, partSize, type PresentPart, type Range } from './parts';
import { adopt, begunAnew, describe, transfer, watched } from './sending';
import { retrying, type Tries } from './retrying';
import type { SignedRequest, Task } from './model';
import { Problem } from '../problem';

const partsPerSigning = 6;

interface Ready {
  range: Range;
  body: Blob;
  checksum: string;
  request: SignedRequest;
}

export async function sendLarge(world: Sending, task: Task): Promise<void> {
  const signal = task.control!.signal;
  const tries: Tries = { connection: watched(world, [task]), signal, pause: world.pause };
  try {
    task.state = 'sending';
    const resumed = task.uploadId !== undefined;
    if (!resumed && !(await create(world, task, tries))) return;
    const present = new Map<number, PresentPart>();
    if (resumed && (await alreadyDone(world, task, tries, present))) return;
    await sendParts(world, task, tries, present);
    await complete(world, task, tries, present);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) begunAnew(task);
    world.fail(task, error, signal);
  }
}

async function create(world: Sending, task: Task, tries: Tries): Promise<boolean> {
  const folder = await world.folders.id(task.target, task.dir, tries.signal);
  try {
    const [created] = await retrying(() => world.api.create([describe(task, folder)]), tries);
    adopt(world, task, created!);
    return true;
  } catch (error) {
    if (!(error instanceof Problem && error.type === 'name_taken')) throw error;
    world.conflictFound(task);
    return false;
  }
}

/** Fills `present` with what the store has. True: somebody finished the upload for us. */
async function alreadyDone(world: Sending, task: Task, tries: Tries, present: Map<number, PresentPart>) {
  const status = await retrying(() => world.api.status(task.uploadId!), tries);
  if (status.state === 'done') {
    task.entry = status.entry;
    world.finish(task);
    return true;
  }
  task.partSize = status.part_size ?? task.partSize;
  task.stored = 0;
  for (const part of status.parts_present) {
    if (!part.checksum) continue;
    present.set(part.number, part);
    task.stored += part.size;
  }
  world.changed();
  return false;
}

async function sendParts(world: Sending, task: Task, tries: Tries, present: Map<number, PresentPart>) {
  const size = (task.partSize ??= partSize(task.size));
  const groups = chunks(missingParts(task.size, size, present.values()), partsPerSigning);
  const running = new Set<Promise<void>>();
  let broken: unknown;
  let next = groups[0] && prepare(world, task, tries, groups[0]);
  for (let at = 0; next; at++) {
    const ready = await next;
    const following = groups[at + 1];
    next = following && prepare(world, task, tries, following);
    next?.catch(() => undefined); // judged when its turn comes
    for (const one of ready) {
      await world.lanes.acquire(tries.signal);
      if (broken) {
        world.lanes.release();
        throw broken;
      }
      const sent = sendPart(world, task, tries, one)
        .then(() => {
          const { number, start, end } = one.range;
          present.set(number, { number, size: end - start, checksum: one.checksum });
        })
        .catch((error: unknown) => void (broken ??= error))
        .finally(() => {
          world.lanes.release();
          running.delete(sent);
        });
      running.add(sent);
    }
  }
  await Promise.all(running);
  if (broken) throw broken;
}

async function prepare(world: Sending, task: Task, tries: Tries, group: Range[]): Promise<Ready[]> {
  const cut = await Promise.all(
    group.map(async (range) => {
      const body = task.file!.slice(range.start, range.end);
      return { range, body, checksum: await world.checksum(algorithm, body) };
    }),
  );
  tries.signal.throwIfAborted();
  const wanted = cut.map(({ range, checksum }) => signing(range, checksum));
  const signed = await retrying(() => world.api.signParts(task.uploadId!, wanted), tries);
  return cut.map((part) => ({ ...part, request: signed.get(part.range.number)! }));
}

function signing(range: Range, checksum: string) {
  return { number: range.number, length: range.end - range.start, checksum: { algorithm, value: checksum } };
}

async function sendPart(world: Sending, task: Task, tries: Tries, { range, body, checksum, request }: Ready) {
  const sign = async () => {
    const again = () => world.api.signParts(task.uploadId!, [signing(range, checksum)]);
    return (await retrying(again, tries)).get(range.number)!;
  };
  await transfer(world, { task, part: range.number, body, request, signal: tries.signal, sign });
}

async function complete(world: Sending, task: Task, tries: Tries, present: Map<number, PresentPart>) {
  task.state = 'finishing';
  world.changed();
  const parts = [...present.values()].sort((a, b) => a.number - b.number);
  const list = parts.map(({ number, checksum }) => ({ number, checksum: checksum! }));
  const value = combine(
    algorithm,
    parts.map(({ size, checksum }) => ({ size, checksum: checksum! })),
  );
  const done = () => world.api.complete(task.uploadId!, { algorithm, value }, list);
  task.entry = await retrying(done, tries);
  world.finish(task);
}
