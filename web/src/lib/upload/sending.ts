// SPDX-License-Identifier: Apache-2.0
// Steps that sending a small and a large file have in common.
import type { Sending } from './engine';
import type { CreatedUpload, NewUpload, SignedRequest, Task } from './model';
import { backoff, maxTries, sleep } from './backoff';
import { FileUnreadable, Problem } from '../problem';

export function describe(task: Task, folder: string, checksum?: NewUpload['checksum']): NewUpload {
  return {
    folder,
    name: task.name,
    size: task.size,
    type: task.type || undefined,
    modified: task.modified > 0 ? new Date(task.modified).toISOString() : undefined,
    checksum,
    conflict: task.conflict,
  };
}

export function adopt(world: Sending, task: Task, created: CreatedUpload): void {
  task.uploadId = created.id;
  task.partSize = created.part_size;
  world.remember([task]);
}

/** The server no longer knows the upload (it ended after a day): the next try begins a new one. */
export function begunAnew(task: Task): void {
  task.uploadId = undefined;
  task.partSize = undefined;
  task.stored = 0;
}

/** Marks the task as waiting for the server while the connection is away. */
export function watched(world: Sending, tasks: Task[]): Sending['connection'] {
  return {
    async reachable(signal) {
      const mark = (offline: boolean) => {
        for (const task of tasks) task.offline = offline;
        world.changed();
      };
      const timer = setTimeout(() => mark(true), 300);
      try {
        return await world.connection.reachable(signal);
      } finally {
        clearTimeout(timer);
        mark(false);
      }
    },
  };
}

/** The file can still be read? A body that cannot looks to the page like a broken line. */
async function readable(body: Blob): Promise<boolean> {
  try {
    await body.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

export interface Transfer {
  task: Task;
  part: number;
  body: Blob;
  request: SignedRequest;
  signal: AbortSignal;
  /** A fresh signature: every try after the first has one, so an expired one costs nothing but a call. */
  sign(): Promise<SignedRequest>;
}

/** Sends one body in one lane until the store has it. Throws a Problem when five tries did not help. */
export async function transfer(
  world: Sending,
  { task, part, body, request, signal, sign }: Transfer,
): Promise<void> {
  const connection = watched(world, [task]);
  const pause = world.pause ?? sleep;
  const progress = (bytes: number) => {
    if (signal.aborted) return;
    task.moving.set(part, Math.min(bytes, body.size));
    world.changed();
  };
  for (let attempt = 1, expired = 0; ; attempt++) {
    const status = await world.put(request, body, progress, signal);
    task.moving.delete(part);
    // 412: the store has these bytes already, an answer was lost on an earlier try.
    if ((status >= 200 && status < 300) || status === 412) {
      task.stored += body.size;
      world.changed();
      return;
    }
    if (status === 0 && !(await readable(body))) throw new FileUnreadable();
    if ((status === 401 || status === 403) && expired++ < 3) attempt--;
    else {
      const problem = new Problem(status, { type: status === 0 ? 'network' : 'store' });
      if (status === 0 && !(await connection.reachable(signal))) attempt = 0;
      else if (!problem.passing || attempt >= maxTries) throw problem;
      await pause(backoff(Math.max(1, attempt)), signal);
    }
    request = await sign();
  }
}
