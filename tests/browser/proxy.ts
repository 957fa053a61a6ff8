// SPDX-License-Identifier: Apache-2.0
// Debian's nginx in front of Satchel, as the black-box tests have it: bodies of at most 100 MB, time-outs of 60 s.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Proxy {
  private process!: ChildProcess;

  private constructor(private readonly folder: string) {}

  static async start(port: number, upstream: number): Promise<Proxy> {
    const proxy = new Proxy(await mkdtemp(join(tmpdir(), 'satchel-proxy-')));
    const values: Record<string, string> = { folder: proxy.folder, port: `${port}`, upstream: `${upstream}` };
    const template = await readFile(new URL('../e2e/nginx.conf.in', import.meta.url), 'utf8');
    const file = join(proxy.folder, 'nginx.conf');
    await writeFile(file, template.replace(/@(\w+)@/g, (_, name: string) => values[name]!));
    const user = process.getuid!() === 0 ? ['-g', 'user root;'] : [];
    proxy.process = spawn('/usr/sbin/nginx', ['-p', proxy.folder, '-c', file, ...user], { stdio: 'ignore' });
    return proxy;
  }

  /** PUTs of parts that the store took. */
  async partsSent(): Promise<number> {
    const log = await readFile(join(this.folder, 'nginx-access.log'), 'utf8').catch(() => '');
    return log.split('\n').filter((line) => /^PUT \/objects\/\S+ 200 /.test(line)).length;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
