// SPDX-License-Identifier: Apache-2.0
// What the uploader works on, and the interfaces through which it touches the world (so that tests can stand in).
import type { Algorithm } from './crc';
import type { PresentPart } from './parts';
import type { Problem } from '../problem';

export interface SignedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  expires?: string;
}

export type Conflict = 'fail' | 'rename' | 'replace';
export type Decision = 'rename' | 'replace' | 'skip';

export interface Checksum {
  algorithm: Algorithm;
  value: string;
}

export interface NewUpload {
  folder: string;
  name: string;
  size: number;
  type?: string;
  modified?: string;
  checksum?: Checksum;
  conflict: Conflict;
}

export interface CreatedUpload {
  id: string;
  name: string;
  part_size?: number;
  put?: SignedRequest;
}

export interface UploadStatus {
  state: 'open' | 'done';
  part_size?: number;
  parts_present: PresentPart[];
  entry?: UploadedEntry;
}

export interface UploadedEntry {
  id: string;
  name: string;
  parent?: string;
}

export interface CompletedUpload {
  id: string;
  entry?: UploadedEntry;
  problem?: Problem;
}

/** The server, as the uploader needs it. Every call throws a Problem. */
export interface UploadApi {
  createFolder(parent: string, path: string): Promise<{ id: string }>;
  create(files: NewUpload[]): Promise<CreatedUpload[]>;
  status(id: string): Promise<UploadStatus>;
  signParts(
    id: string,
    parts: { number: number; length: number; checksum: Checksum }[],
  ): Promise<Map<number, SignedRequest>>;
  signPut(id: string, checksum: Checksum): Promise<SignedRequest>;
  complete(
    id: string,
    checksum: Checksum,
    parts: { number: number; checksum: string }[],
  ): Promise<UploadedEntry>;
  completeMany(uploads: { id: string }[]): Promise<CompletedUpload[]>;
  abort(id: string): Promise<void>;
}

/** Sends a body to the store; answers with the status, 0 where no answer came. Throws the signal's reason on abort. */
export type Put = (
  request: SignedRequest,
  body: Blob,
  progress: (bytes: number) => void,
  signal: AbortSignal,
) => Promise<number>;

export interface Connection {
  /** Resolves at once while the server answers; else when it answers again. False: it had been away. */
  reachable(signal: AbortSignal): Promise<boolean>;
}

export type TaskState =
  | 'waiting'
  | 'sending'
  | 'finishing'
  | 'paused'
  | 'conflict'
  | 'file-needed'
  | 'failed'
  | 'done'
  | 'skipped'
  | 'cancelled';

/** One file on its way. */
export interface Task {
  key: string;
  drop: string;
  /** The folder that the drop went to, and the folders below it that the file came in. */
  target: string;
  dir: string;
  name: string;
  size: number;
  type: string;
  modified: number;
  file?: File;
  handle?: FileSystemFileHandle;
  conflict: Conflict;
  state: TaskState;
  uploadId?: string;
  partSize?: number;
  /** Bytes that the store has for sure, and bytes on the way per part. */
  stored: number;
  moving: Map<number, number>;
  offline: boolean;
  problem?: Problem;
  entry?: UploadedEntry;
  /** When it ended, for the order in the tray. */
  ended?: number;
  control?: AbortController;
}

export interface DroppedFile {
  dir: string;
  file: File;
  handle?: FileSystemFileHandle;
}

export interface Drop {
  target: string;
  files: DroppedFile[];
  /** Paths of folders that hold no file: kept, too. */
  emptyFolders: string[];
}

export function sentBytes(task: Task): number {
  if (task.state === 'done') return task.size;
  let bytes = task.stored;
  for (const moving of task.moving.values()) bytes += moving;
  return Math.min(task.size, bytes);
}

export function isActive(task: Task): boolean {
  return (
    task.state === 'waiting' ||
    task.state === 'sending' ||
    task.state === 'finishing' ||
    task.state === 'conflict'
  );
}

export function isOver(task: Task): boolean {
  return task.state === 'done' || task.state === 'skipped' || task.state === 'cancelled';
}
