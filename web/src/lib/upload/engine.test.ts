// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { Problem } from '../problem';
import { crc, toBase64 } from './crc';
import { Uploader, type World } from './engine';
import { MiB } from './parts';
import type { Connection, CreatedUpload, NewUpload, Put, Task, UploadApi } from './model';

/** A server and a store in memory, with switches for what can go wrong. */
class Server implements UploadApi {
  uploads = new Map<string, { file: NewUpload; parts: Map<number, { size: number; checksum: string }> }>();
  names = new Set<string>();
  done: { name: string; folder: string; checksum: string }[] = [];
  aborted: string[] = [];
  calls: string[] = [];
  puts: string[] = [];
  folders: string[] = [];
  answer: (url: string, count: number) => number | Promise<number> = () => 200;
  createProblem: Problem | undefined;

  async createFolder(parent: string, path: string) {
    this.folders.push(path);
    return { id: `${parent}:${path}` };
  }

  async create(files: NewUpload[]): Promise<CreatedUpload[]> {
    this.calls.push('create');
    if (this.createProblem) throw this.createProblem;
    const conflicts = files.flatMap((file, index) =>
      file.conflict === 'fail' && this.names.has(file.name) ? [index] : [],
    );
    if (conflicts.length) throw new Problem(409, { type: 'name_taken', conflicts });
    return files.map((file) => {
      const id = `u${this.uploads.size + 1}`;
      this.uploads.set(id, { file, parts: new Map() });
      const put = { method: 'PUT', url: `${id}/1`, headers: {} };
      return file.checksum ? { id, name: file.name, put } : { id, name: file.name, part_size: 8 * MiB };
    });
  }

  async status(id: string) {
    this.calls.push('status');
    const upload = this.uploads.get(id);
    if (!upload) throw new Problem(404, { type: 'not_found' });
    const parts = [...upload.parts].map(([number, part]) => ({ number, ...part }));
    return { state: 'open' as const, part_size: 8 * MiB, parts_present: parts };
  }

  async signParts(id: string, parts: { number: number }[]) {
    this.calls.push('sign');
    return new Map(
      parts.map(({ number }) => [number, { method: 'PUT', url: `${id}/${number}`, headers: {} }]),
    );
  }

  async signPut(id: string) {
    this.calls.push('sign');
    return { method: 'PUT', url: `${id}/1`, headers: {} };
  }

  async complete(id: string, checksum: { value: string }) {
    const { file } = this.uploads.get(id)!;
    this.done.push({ name: file.name, folder: file.folder, checksum: checksum.value });
    return { id: `e-${id}`, name: file.name };
  }

  async completeMany(uploads: { id: string }[]) {
    this.calls.push('complete');
    return uploads.map(({ id }) => {
      const { file } = this.uploads.get(id)!;
      this.done.push({ name: file.name, folder: file.folder, checksum: file.checksum!.value });
      return { id, entry: { id: `e-${id}`, name: file.name } };
    });
  }

  async abort(id: string) {
    this.aborted.push(id);
  }

  put: Put = async ({ url }, body, progress, signal) => {
    this.puts.push(url);
    progress(body.size / 2);
    const status = await this.answer(url, this.puts.filter((one) => one === url).length);
    signal.throwIfAborted();
    const [id, number] = url.split('/') as [string, string];
    if (status === 200) {
      const checksum = toBase64(crc('crc64nvme', new Uint8Array(await body.arrayBuffer())));
      this.uploads.get(id)!.parts.set(Number(number), { size: body.size, checksum });
    }
    return status;
  };
}

function setUp(options: { connection?: Connection } = {}) {
  const server = new Server();
  let key = 0;
  const settled: (() => void)[] = [];
  const world: World = {
    api: server,
    put: (...args) => server.put(...args),
    checksum: async (algorithm, blob) => toBase64(crc(algorithm, new Uint8Array(await blob.arrayBuffer()))),
    connection: options.connection ?? { reachable: async () => true },
    now: () => ++key,
    newKey: () => `k${++key}`,
    changed: () => settled.splice(0).forEach((look) => look()),
    remember: () => undefined,
    uploaded: () => undefined,
    foldersMade: () => undefined,
    folderFailed: () => undefined,
    pause: async (_ms, signal) => signal.throwIfAborted(),
  };
  const uploader = new Uploader(world);
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise<void>((resolve) => settled.push(resolve));
  };
  const states = (...wanted: Task['state'][]) =>
    until(() => uploader.tasks.every((task) => wanted.includes(task.state)));
  return { server, uploader, until, states };
}

const file = (name: string, size = 10) =>
  new File([new Uint8Array(size).fill(7)], name, { lastModified: 1000 });
const drop = (...files: File[]) => ({
  target: 'root',
  emptyFolders: [],
  files: files.map((one) => ({ dir: '', file: one })),
});

describe('small files', () => {
  it('250 of them cost three creates and three completes, and one PUT each', async () => {
    const { server, uploader, states } = setUp();
    uploader.add(drop(...Array.from({ length: 250 }, (_, index) => file(`f${index}`))));
    await states('done');
    expect(server.calls.filter((call) => call === 'create').length).toBe(3);
    expect(server.calls.filter((call) => call === 'complete').length).toBe(3);
    expect(server.puts.length).toBe(250);
    expect(server.done.length).toBe(250);
  });

  it('in folders: each folder is made once, empty ones are kept', async () => {
    const { server, uploader, states } = setUp();
    const files = [file('a'), file('b')].map((one) => ({ dir: 'x/y', file: one }));
    uploader.add({ target: 'root', emptyFolders: ['x/empty'], files });
    await states('done');
    expect(server.folders.sort()).toEqual(['x/empty', 'x/y']);
    expect(server.done.every((one) => one.folder === 'root:x/y')).toBe(true);
  });

  it('one that fails five times fails alone', async () => {
    const { server, uploader, until } = setUp();
    server.answer = (url) => (url === 'u2/1' ? 503 : 200);
    const [, bad] = uploader.add(drop(file('a'), file('b'), file('c')));
    await until(() => server.done.length === 2 && bad!.state === 'failed');
    expect(server.puts.filter((url) => url === 'u2/1').length).toBe(5);
    expect(bad!.problem!.status).toBe(503);
    server.answer = () => 200;
    uploader.resume([bad!]);
    await until(() => bad!.state === 'done');
  });

  it('an expired signature is renewed without using up tries', async () => {
    const { server, uploader, states } = setUp();
    server.answer = (_url, count) => (count <= 2 ? 403 : 200);
    uploader.add(drop(file('a')));
    await states('done');
    expect(server.calls.filter((call) => call === 'sign').length).toBe(2);
  });

  it('a refused quota fails all with the missing amount, before any byte', async () => {
    const { server, uploader, states } = setUp();
    server.createProblem = new Problem(413, { type: 'quota_exceeded', missing: 42 });
    const [task] = uploader.add(drop(file('a'), file('b')));
    await states('failed');
    expect(task!.problem!.body.missing).toBe(42);
    expect(server.puts).toEqual([]);
  });
});

describe('conflicts', () => {
  it('stop only the files that have one; skipping one still sends the others', async () => {
    const { server, uploader, until } = setUp();
    server.names.add('b');
    const [, b] = uploader.add(drop(file('a'), file('b'), file('c')));
    await until(() => server.done.length === 2 && b!.state === 'conflict');
    uploader.decide(b!, 'skip', false);
    expect(b!.state).toBe('skipped');
    expect(server.done.map((one) => one.name)).toEqual(['a', 'c']);
  });

  it('one answer for all holds for the rest of the drop', async () => {
    const { server, uploader, until, states } = setUp();
    for (let index = 0; index < 200; index++) server.names.add(`f${index}`);
    uploader.add(drop(...Array.from({ length: 200 }, (_, index) => file(`f${index}`))));
    await until(() => uploader.tasks.some((task) => task.state === 'conflict'));
    const asked = uploader.tasks.find((task) => task.state === 'conflict')!;
    uploader.decide(asked, 'rename', true);
    await states('done');
    expect(uploader.tasks.every((task) => task.conflict === 'rename')).toBe(true);
  });
});

describe('large files', () => {
  it('go in parts, each once, and are completed with the checksum of the whole', async () => {
    const { server, uploader, states } = setUp();
    const big = file('big', 20 * MiB + 3);
    uploader.add(drop(big));
    await states('done');
    expect(server.puts.sort()).toEqual(['u1/1', 'u1/2', 'u1/3']);
    const whole = toBase64(crc('crc64nvme', new Uint8Array(await big.arrayBuffer())));
    expect(server.done[0]!.checksum).toBe(whole);
  });

  it('paused, send nothing; resumed, only what the store lacks', async () => {
    const { server, uploader, until, states } = setUp();
    let open = (_status: number) => {};
    const gate = new Promise<number>((resolve) => (open = resolve));
    server.answer = (url) => (url === 'u1/1' ? 200 : gate);
    const [task] = uploader.add(drop(file('big', 20 * MiB)));
    await until(() => server.puts.length === 3 && task!.stored === 8 * MiB);
    uploader.pause([task!]);
    open(200);
    expect(task!.state).toBe('paused');
    server.puts = [];
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(server.puts).toEqual([]);
    server.answer = () => 200;
    uploader.resume([task!]);
    await states('done');
    expect(server.puts).not.toContain('u1/1');
  });

  it('cancelled, are aborted at the store, too', async () => {
    const { server, uploader, until } = setUp();
    server.answer = () => new Promise<number>(() => {});
    const [task] = uploader.add(drop(file('big', 20 * MiB)));
    await until(() => server.puts.length === 3);
    uploader.cancel([task!]);
    expect(task!.state).toBe('cancelled');
    expect(server.aborted).toEqual(['u1']);
  });

  it('of an earlier page: the store lists what is there, the rest is sent', async () => {
    const { server, uploader, states } = setUp();
    const big = file('big', 20 * MiB);
    const [upload] = await server.create([{ folder: 'root', name: 'big', size: big.size, conflict: 'fail' }]);
    await server.put(
      { method: 'PUT', url: 'u1/2', headers: {} },
      big.slice(8 * MiB, 16 * MiB),
      () => {},
      new AbortController().signal,
    );
    server.puts = [];
    uploader.restore([
      {
        key: 'old',
        drop: 'd',
        target: 'root',
        dir: '',
        name: 'big',
        size: big.size,
        type: '',
        modified: 1000,
        conflict: 'fail',
        state: 'file-needed',
        uploadId: upload!.id,
        stored: 0,
        moving: new Map(),
        offline: false,
      },
    ]);
    expect(uploader.chooseAgain([file('big', 5)])).toBe(0);
    expect(uploader.chooseAgain([big])).toBe(1);
    await states('done');
    expect(server.puts.sort()).toEqual(['u1/1', 'u1/3']);
  });

  it('wait while the server is away, without using up tries', async () => {
    let asked = 0;
    const { server, uploader, states } = setUp({ connection: { reachable: async () => ++asked > 20 } });
    server.answer = () => (asked > 20 ? 200 : 0);
    uploader.add(drop(file('big', 9 * MiB)));
    await states('done');
    expect(server.puts.length).toBeGreaterThan(10);
  });

  it('an upload that the server forgot fails with a way on: the next try begins anew', async () => {
    const { server, uploader, states } = setUp();
    server.answer = () => 404;
    const [task] = uploader.add(drop(file('big', 9 * MiB)));
    await states('failed');
    expect(task!.uploadId).toBeUndefined();
    server.answer = () => 200;
    uploader.resume([task!]);
    await states('done');
    expect(server.uploads.size).toBe(2);
  });
});
