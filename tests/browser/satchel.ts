// SPDX-License-Identifier: Apache-2.0
// A throw-away Satchel: the real binary with its own folder and port, people made by its command line, and its API as
// one of them. `SATCHEL_BINARY` names the binary; without it build/dev's is taken.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../../build/dev/apps/satchel/satchel', import.meta.url));
const binary = process.env['SATCHEL_BINARY'] ?? built;
const startMs = 60_000;
const stopMs = 30_000;

export interface Entry {
  id: string;
  kind: 'file' | 'folder';
  name: string;
  size?: number;
}

export interface Link {
  id: string;
  url: string;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

export class Satchel {
  private people = 0;
  private output = '';
  private process!: ChildProcess;

  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly url: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** `url` is the address of a proxy in front of it. */
  static async start(more: { url?: string; environment?: NodeJS.ProcessEnv } = {}): Promise<Satchel> {
    const folder = await mkdtemp(join(tmpdir(), 'satchel-browser-'));
    const port = await freePort();
    const satchel = new Satchel(folder, port, more.url ?? `http://localhost:${port}`, more.environment ?? {});
    await satchel.run();
    return satchel;
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  private async run(): Promise<void> {
    const where = ['--listen', `127.0.0.1:${this.port}`, '--public-url', this.url];
    this.process = spawn(binary, ['serve', '--data', this.data, ...where], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.environment },
    });
    const failed = new Promise<never>((_, reject) => {
      this.process.once('error', reject);
      this.process.once('exit', (code) =>
        reject(new Error(`the server ended with ${code}:\n${this.output}`)),
      );
    });
    failed.catch(() => undefined);
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      stream.on('data', (text: Buffer) => (this.output += text.toString()));
    }
    await Promise.race([failed, this.ready()]);
  }

  private async ready(): Promise<void> {
    const end = Date.now() + startMs;
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      if (Date.now() > end) throw new Error(`the server is not ready:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What the server printed for the first administrator. */
  setUpLink(): string | undefined {
    return /http\S+\/setup#\S+/.exec(this.output)?.[0];
  }

  async restart(): Promise<void> {
    await this.end();
    await this.run();
  }

  async stop(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
    if (/AddressSanitizer|runtime error:/.test(this.output)) throw new Error(this.output.slice(-8000));
  }

  private async end(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    const late = setTimeout(() => this.process.kill('SIGKILL'), stopMs);
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGTERM');
      await ended;
    }
    clearTimeout(late);
  }

  command(parts: string[], more: { stdin?: string; environment?: NodeJS.ProcessEnv } = {}): Promise<string> {
    const env = { ...process.env, HOME: this.folder, ...more.environment };
    return new Promise((resolve, reject) => {
      const child = execFile(binary, parts, { env, cwd: this.folder }, (error, stdout, stderr) =>
        error ? reject(new Error(`satchel ${parts.join(' ')}: ${stderr}`)) : resolve(stdout.trim()),
      );
      child.stdin!.end(more.stdin ?? '');
    });
  }

  async addPerson({ admin = false } = {}): Promise<Person> {
    const email = `person${++this.people}@example.org`;
    const password = 'a long enough pass phrase';
    const role = admin ? ['--admin'] : [];
    const add = ['user', 'add', email, ...role, '--password-stdin', '--data', this.data];
    await this.command(add, { stdin: `${password}\n` });
    const token = ['token', 'create', '--user', email, '--name', 'test', '--data', this.data];
    return new Person(this, email, password, await this.command(token));
  }
}

export class Person {
  constructor(
    private readonly satchel: Satchel,
    readonly email: string,
    readonly password: string,
    private readonly token: string,
  ) {}

  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers = {
      Authorization: `Bearer ${this.token}`,
      'Content-Type': 'application/json',
    };
    const answer = await fetch(this.satchel.url + path, {
      method,
      headers,
      body: body && JSON.stringify(body),
    } as RequestInit);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** Files and folders of this machine into the person's root, by the command line. */
  async put(...paths: string[]): Promise<void> {
    const environment = {
      SATCHEL_URL: this.satchel.url,
      SATCHEL_TOKEN: this.token,
    };
    await this.satchel.command(['put', ...paths], { environment });
  }

  async root(): Promise<string> {
    return (await this.api<{ space: { root: string } }>('GET', '/api/v1/me')).space.root;
  }

  async entries(folder?: string): Promise<Entry[]> {
    const path = `/api/v1/folders/${folder ?? (await this.root())}/entries`;
    const found: Entry[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: { entries: Entry[]; cursor?: string } = await this.api(
        'GET',
        path + (cursor && `?cursor=${encodeURIComponent(cursor)}`),
      );
      found.push(...page.entries);
      cursor = page.cursor || undefined;
    }
    return found;
  }

  async entry(name: string): Promise<Entry> {
    const found = (await this.entries()).find((entry) => entry.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  }

  /** Streams; for files that are too large for read(). */
  async sha256Of(entry: Entry): Promise<string> {
    const { url } = await this.api<{ url: string }>('POST', '/api/v1/downloads', { entry: entry.id });
    const hash = createHash('sha256');
    for await (const piece of (await fetch(url)).body!) hash.update(piece);
    return hash.digest('hex');
  }

  async read(entry: Entry): Promise<Uint8Array> {
    const { url } = await this.api<{ url: string }>('POST', '/api/v1/downloads', { entry: entry.id });
    return new Uint8Array(await (await fetch(url)).arrayBuffer());
  }

  share(
    entry: Entry,
    settings: {
      expires?: string;
      password?: string;
      max_downloads?: number;
    } = {},
  ): Promise<Link> {
    return this.api('POST', '/api/v1/links', { entry: entry.id, ...settings });
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
