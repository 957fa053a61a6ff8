// SPDX-License-Identifier: Apache-2.0
// The uploads of this page, as the tray shows them, and their life across pages.
import { uploadApi } from '../api/uploads';
import { emit } from '../events';
import { t } from '../i18n';
import { checksum } from '../upload/checksums';
import { browserConnection } from '../upload/connection';
import { Uploader } from '../upload/engine';
import { Meter } from '../upload/meter';
import {
  isActive,
  isOver,
  sentBytes,
  type Decision,
  type Drop,
  type Task,
  type TaskState,
} from '../upload/model';
import { xhrPut } from '../upload/put';
import { UploadStore, rememberable, revive } from '../upload/store';
import { app } from './app.svelte';
import { toasts } from './toasts.svelte';

/** A task as it was at the last look. */
export interface Row {
  task: Task;
  name: string;
  dir: string;
  size: number;
  state: TaskState;
  sent: number;
  offline: boolean;
}

const lookMs = 200;
const order: Record<TaskState, number> = {
  failed: 0,
  conflict: 1,
  'file-needed': 2,
  sending: 3,
  finishing: 3,
  paused: 4,
  waiting: 5,
  done: 6,
  skipped: 7,
  cancelled: 7,
};

function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

class Uploads {
  rows = $state.raw<Row[]>([]);
  speed = $state(0);
  left = $state<number>();
  total = $state(0);
  sent = $state(0);
  announcement = $state('');
  minimised = $state(false);

  active = $derived(this.rows.filter(({ state }) => isActive({ state } as Task)).length);
  conflicts = $derived(this.rows.filter(({ state }) => state === 'conflict'));
  needFile = $derived(this.rows.filter(({ state }) => state === 'file-needed'));
  failed = $derived(this.rows.filter(({ state }) => state === 'failed').length);
  done = $derived(this.rows.filter(({ state }) => state === 'done').length);
  paused = $derived(this.rows.filter(({ state }) => state === 'paused').length);
  offline = $derived(this.rows.some((row) => row.offline));

  private uploader!: Uploader;
  private readonly store = new UploadStore();
  private readonly meter = new Meter();
  private readonly page = randomKey();
  private user = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly unsaved = new Set<Task>();
  private saving: ReturnType<typeof setTimeout> | undefined;
  private wasActive = false;
  private batch: Task[] = [];

  async begin(user: string): Promise<void> {
    this.user = user;
    this.uploader = new Uploader({
      api: uploadApi(app.api),
      put: xhrPut,
      checksum,
      connection: browserConnection,
      now: () => performance.now(),
      newKey: randomKey,
      changed: () => this.lookSoon(),
      remember: (tasks) => this.remember(tasks),
      uploaded: (task) => this.uploaded(task),
      foldersMade: (id) => emit('folderStale', { id }),
      folderFailed: (problem) => toasts.fail(problem),
    });
    addEventListener('beforeunload', (event) => {
      if (this.uploader.tasks.some((task) => isActive(task))) event.preventDefault();
    });
    void hold(this.page);
    await this.adopt();
  }

  add(drop: Drop): void {
    if (drop.files.length) this.minimised = false;
    this.uploader.add(drop);
  }

  pause = (tasks: Task[]) => this.uploader.pause(tasks);
  cancel = (tasks: Task[]) => this.uploader.cancel(tasks);
  all = () => this.uploader.tasks;
  clearFinished = () => this.uploader.clearFinished();
  decide = (task: Task, decision: Decision, forAll: boolean) => this.uploader.decide(task, decision, forAll);

  /** Goes on; where the file has to be read again, a press of a person may ask for the permission. */
  async resume(tasks: Task[]): Promise<void> {
    this.uploader.resume(tasks);
    for (const task of tasks) if (task.state === 'file-needed') await this.reopen(task, true);
    this.uploader.resume(tasks);
  }

  chooseAgain(files: File[]): void {
    const found = this.uploader.chooseAgain(files);
    if (found < files.length) toasts.show(t('uploads.notTheSame', { n: files.length - found }));
  }

  /** Takes over what pages that are gone have left. */
  private async adopt(): Promise<void> {
    const left = (await this.store.all()).filter(
      (kept) => kept.user === this.user && kept.owner !== this.page,
    );
    const orphaned = new Set<string>();
    for (const owner of new Set(left.map((kept) => kept.owner))) if (await isGone(owner)) orphaned.add(owner);
    const tasks = left.filter((kept) => orphaned.has(kept.owner)).map(revive);
    if (!tasks.length) return;
    this.uploader.restore(tasks);
    this.remember(tasks);
    for (const task of tasks) if (task.state === 'file-needed') await this.reopen(task, false);
    this.uploader.resume(tasks.filter((task) => task.state === 'file-needed' && task.file));
  }

  private async reopen(task: Task, mayAsk: boolean): Promise<void> {
    const handle = task.handle as (FileSystemFileHandle & PermissionCalls) | undefined;
    if (!handle) return;
    try {
      const wanted = { mode: 'read' } as const;
      let granted = (await handle.queryPermission?.(wanted)) ?? 'granted';
      if (granted !== 'granted' && mayAsk) granted = (await handle.requestPermission?.(wanted)) ?? granted;
      if (granted !== 'granted') return;
      const file = await handle.getFile();
      if (file.size === task.size && file.lastModified === task.modified) task.file = file;
    } catch {
      // Gone or locked: the person is asked to choose it again.
    }
  }

  private uploaded(task: Task): void {
    this.batch.push(task);
    const entry = task.entry as Parameters<typeof emit<'entryChanged'>>[1] | undefined;
    if (entry && 'kind' in entry) emit('entryChanged', entry);
    emit('spaceChanged');
  }

  private remember(tasks: Task[]): void {
    for (const task of tasks) this.unsaved.add(task);
    this.saving ??= setTimeout(() => {
      this.saving = undefined;
      const tasks = [...this.unsaved];
      this.unsaved.clear();
      const keep = tasks
        .filter((task) => !isOver(task))
        .map((task) => rememberable(task, this.page, this.user));
      const forget = tasks.filter(isOver).map((task) => task.key);
      this.store.change(keep, forget).catch(() => undefined);
    }, 50);
  }

  private lookSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.look();
    }, lookMs);
  }

  private look(): void {
    const tasks = this.uploader.tasks;
    const rows = tasks.map((task): Row => ({
      task,
      name: task.entry?.name ?? task.name,
      dir: task.dir,
      size: task.size,
      state: task.state,
      sent: sentBytes(task),
      offline: task.offline,
    }));
    const counted = rows.filter(({ state }) => state !== 'cancelled' && state !== 'skipped');
    this.total = counted.reduce((sum, row) => sum + row.size, 0);
    this.sent = counted.reduce((sum, row) => sum + row.sent, 0);
    rows.sort((a, b) => order[a.state] - order[b.state] || (b.task.ended ?? 0) - (a.task.ended ?? 0));
    this.rows = rows;
    const sending = tasks.some((task) => isActive(task));
    if (sending) {
      this.meter.sample(performance.now(), this.sent);
      this.speed = this.meter.speed();
      this.left = this.meter.left(this.total - this.sent);
      this.lookSoon();
    } else {
      this.meter.reset();
      if (this.wasActive || this.batch.length) this.announce(); // a short one is over before the first look
    }
    this.wasActive = sending;
  }

  /** Once per batch, when nothing moves any more. */
  private announce(): void {
    const failed = this.failed;
    this.announcement = failed
      ? t('uploads.announceFailed', { n: failed })
      : this.batch.length
        ? t('uploads.announceDone', { n: this.batch.length })
        : '';
    const names = this.batch.map(({ target, dir, name, entry }) => ({
      target,
      name: dir.split('/')[0] || (entry?.name ?? name),
    }));
    emit('uploaded', names);
    this.batch = [];
  }
}

interface PermissionCalls {
  queryPermission?(wanted: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(wanted: { mode: 'read' }): Promise<PermissionState>;
}

const lockName = (page: string) => `satchel-uploads-${page}`;

function hold(page: string): Promise<unknown> {
  if (!('locks' in navigator)) return Promise.resolve();
  return navigator.locks.request(lockName(page), () => new Promise<never>(() => undefined));
}

/** A page that lives holds the lock of its name. */
async function isGone(page: string): Promise<boolean> {
  if (!('locks' in navigator)) return true;
  return navigator.locks.request(lockName(page), { ifAvailable: true }, (lock) => lock !== null);
}

export const uploads = new Uploads();
