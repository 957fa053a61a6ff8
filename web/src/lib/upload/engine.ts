// SPDX-License-Identifier: Apache-2.0
// The uploader: takes drops, sends their files, and survives what happens on the way. It knows neither Svelte nor the
// DOM. One page has one; all transfers share six lanes. Small files go in batches, large ones in parts.
import type { Algorithm } from './crc';
import { Lanes } from './lanes';
import { takeBatch, singlePutLimit } from './parts';
import { sendLarge } from './large';
import { sendSmall } from './small';
import { Folders } from './folders';
import { asProblem, type Problem } from '../problem';
import {
  isActive,
  isOver,
  type Connection,
  type Decision,
  type Drop,
  type Put,
  type Task,
  type UploadApi,
} from './model';

export interface World {
  api: UploadApi;
  put: Put;
  checksum(algorithm: Algorithm, blob: Blob): Promise<string>;
  connection: Connection;
  now(): number;
  newKey(): string;
  /** Something about the tasks changed; called often. */
  changed(): void;
  /** These tasks shall be remembered as they are now (or forgotten, where over). */
  remember(tasks: Task[]): void;
  uploaded(task: Task): void;
  foldersMade(target: string): void;
  /** A folder of a drop could not be made. */
  folderFailed(problem: Problem): void;
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What the senders of small and large files share. */
export interface Sending extends World {
  lanes: Lanes;
  folders: Folders;
  /** Asks the person, or uses an answer given for the whole drop. True: `task.conflict` changed, try again. */
  conflictFound(task: Task): boolean;
  finish(task: Task): void;
  /** Ends the run that `signal` belongs to; a later run of the task, or its pause, is left alone. */
  fail(task: Task, error: unknown, signal: AbortSignal): void;
}

export const algorithm: Algorithm = 'crc64nvme';
const batchCount = 90;
const batchBytes = 32 * 1024 * 1024;
const largeAtOnce = 3;
const batchesAtOnce = 2;

export class Uploader {
  readonly tasks: Task[] = [];
  private readonly sending: Sending;
  private readonly answers = new Map<string, Decision>();
  private large = 0;
  private batches = 0;

  constructor(private readonly world: World) {
    this.sending = {
      ...world,
      lanes: new Lanes(6),
      folders: new Folders(world),
      conflictFound: (task) => this.conflictFound(task),
      finish: (task) => this.finish(task),
      fail: (task, error, signal) => this.fail(task, error, signal),
    };
  }

  add(drop: Drop): Task[] {
    const id = this.world.newKey();
    const tasks = drop.files.map(({ dir, file, handle }): Task => ({
      key: this.world.newKey(),
      drop: id,
      target: drop.target,
      dir,
      name: file.name,
      size: file.size,
      type: file.type,
      modified: file.lastModified,
      file,
      handle,
      conflict: 'fail',
      state: 'waiting',
      stored: 0,
      moving: new Map(),
      offline: false,
    }));
    this.tasks.push(...tasks);
    this.world.remember(tasks);
    void this.keepEmptyFolders(drop);
    this.go();
    return tasks;
  }

  /** Tasks of an earlier page, as they were remembered. */
  restore(tasks: Task[]): void {
    this.tasks.push(...tasks);
    this.go();
  }

  pause(tasks: Task[]): void {
    for (const task of tasks) if (isActive(task) && task.state !== 'conflict') this.stop(task, 'paused');
    this.world.remember(tasks);
    this.world.changed();
  }

  /** Goes on with what was paused, failed, or waits for its file. */
  resume(tasks: Task[]): void {
    for (const task of tasks) {
      if (task.state !== 'paused' && task.state !== 'failed' && task.state !== 'file-needed') continue;
      if (task.problem?.type === 'file_unreadable') task.file = undefined;
      task.problem = undefined;
      task.state = task.file ? 'waiting' : 'file-needed';
    }
    this.world.remember(tasks);
    this.go();
  }

  cancel(tasks: Task[]): void {
    for (const task of tasks) {
      if (isOver(task)) continue;
      this.stop(task, 'cancelled');
      task.ended = this.world.now();
      if (task.uploadId) void this.world.api.abort(task.uploadId).catch(() => undefined);
    }
    this.world.remember(tasks);
    this.go();
  }

  /** Matches files chosen again with tasks that wait for theirs: by name, size and time of the last change. */
  chooseAgain(files: File[]): number {
    let found = 0;
    for (const task of this.tasks.filter((one) => one.state === 'file-needed')) {
      const same = (file: File) =>
        file.name === task.name && file.size === task.size && file.lastModified === task.modified;
      const file = files.find(same);
      if (!file) continue;
      found++;
      task.file = file;
      task.state = 'waiting';
    }
    this.go();
    return found;
  }

  decide(task: Task, decision: Decision, forAll: boolean): void {
    if (forAll) this.answers.set(task.drop, decision);
    const same = (one: Task) => one === task || (forAll && one.drop === task.drop);
    for (const one of this.tasks) {
      if (one.state !== 'conflict' || !same(one)) continue;
      if (decision === 'skip') this.end(one, 'skipped');
      else {
        one.conflict = decision;
        one.state = 'waiting';
      }
    }
    this.go();
  }

  clearFinished(): void {
    const rest = this.tasks.filter((task) => !isOver(task));
    this.tasks.splice(0, this.tasks.length, ...rest);
    this.world.changed();
  }

  private go(): void {
    this.startLarge();
    this.startSmall();
    this.world.changed();
  }

  private waiting(small: boolean): Task[] {
    return this.tasks.filter(
      (task) => task.state === 'waiting' && !task.control && task.size <= singlePutLimit === small,
    );
  }

  private startLarge(): void {
    for (const task of this.waiting(false).slice(0, largeAtOnce - this.large)) {
      this.large++;
      this.begin(task);
      void sendLarge(this.sending, task).finally(() => {
        this.large--;
        this.go();
      });
    }
  }

  private startSmall(): void {
    while (this.batches < batchesAtOnce) {
      const batch = takeBatch(this.waiting(true), batchCount, batchBytes);
      if (!batch.length) return;
      this.batches++;
      for (const task of batch) this.begin(task);
      void sendSmall(this.sending, batch).finally(() => {
        this.batches--;
        this.go();
      });
    }
  }

  private begin(task: Task): void {
    task.control = new AbortController();
    task.moving.clear();
  }

  private stop(task: Task, state: 'paused' | 'cancelled'): void {
    task.state = state;
    task.offline = false;
    task.moving.clear();
    task.control?.abort(new DOMException(state, 'AbortError'));
    task.control = undefined;
  }

  private end(task: Task, state: 'done' | 'skipped'): void {
    task.state = state;
    task.control = undefined;
    task.moving.clear();
    task.ended = this.world.now();
    this.world.remember([task]);
  }

  private finish(task: Task): void {
    this.end(task, 'done');
    this.world.uploaded(task);
    this.world.changed();
  }

  private fail(task: Task, error: unknown, signal: AbortSignal): void {
    if (task.control?.signal !== signal) return;
    task.problem = asProblem(error);
    task.state = 'failed';
    task.control?.abort(error);
    task.control = undefined;
    task.offline = false;
    task.moving.clear();
    task.ended = this.world.now();
    this.world.changed();
  }

  private conflictFound(task: Task): boolean {
    const answer = this.answers.get(task.drop);
    task.control = undefined;
    if (answer === 'skip') this.end(task, 'skipped');
    else if (answer) {
      task.conflict = answer;
      task.state = 'waiting';
      return true;
    } else task.state = 'conflict';
    this.world.changed();
    return false;
  }

  private async keepEmptyFolders(drop: Drop): Promise<void> {
    const signal = new AbortController().signal;
    for (const path of drop.emptyFolders) {
      await this.sending.folders
        .id(drop.target, path, signal)
        .catch((error: unknown) => this.world.folderFailed(asProblem(error)));
    }
  }
}
