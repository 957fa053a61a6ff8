// SPDX-License-Identifier: Apache-2.0
// What the holder of a link may see and do. The ticket of a password stays in memory: a reload asks again.
import {
  makeClient,
  pages,
  result,
  type Download,
  type Entry,
  type FolderPage,
  type OpenedLink,
} from '$lib/api/client';
import { asProblem, type Problem } from '$lib/problem';
import type { ZipFile } from '$lib/zip/zip';

export type Stage = 'loading' | 'open' | 'password' | 'unknown' | 'expired' | 'spent' | 'revoked' | 'trouble';

const overs: Record<string, Stage> = {
  link_expired: 'expired',
  link_spent: 'spent',
  link_revoked: 'revoked',
};

export class LinkState {
  stage = $state<Stage>('loading');
  link = $state.raw<OpenedLink>();
  problem = $state.raw<Problem>();
  wrongPassword = $state.raw<Problem>();
  downloadsLeft = $state<number>();
  private readonly api = makeClient();
  private ticket: string | undefined;
  /** Lets the other files of a limited link follow the first without spending it again. */
  private lease: string | undefined;

  constructor(readonly token: string) {}

  get limited(): boolean {
    return this.link?.max_downloads !== undefined;
  }

  private get params() {
    return { path: { token: this.token }, header: this.ticket ? { 'Satchel-Link-Ticket': this.ticket } : {} };
  }

  async open(): Promise<void> {
    this.problem = undefined;
    try {
      const { response, ...rest } = await this.api.GET('/api/v1/public/links/{token}', {
        params: this.params,
      });
      this.link = await result(Promise.resolve({ response, ...rest }));
      this.ticket = response.headers.get('Satchel-Link-Ticket') ?? this.ticket;
      this.downloadsLeft = this.link.downloads_left;
      this.stage = 'open';
    } catch (error) {
      this.refused(asProblem(error));
    }
  }

  async unlock(password: string): Promise<void> {
    this.wrongPassword = undefined;
    try {
      const body = { password };
      const answer = this.api.POST('/api/v1/public/links/{token}/unlock', {
        params: { path: { token: this.token } },
        body,
      });
      this.ticket = (await result(answer)).ticket;
      await this.open();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 401 || problem.status === 429) this.wrongPassword = problem;
      else this.refused(problem);
    }
  }

  /** A download that counts: only ever after a press. */
  async download(entry?: string): Promise<Download> {
    const before = this.lease;
    const answer = await this.ask({ entry, lease: before });
    if (this.limited && !before && this.downloadsLeft !== undefined) this.downloadsLeft--;
    return answer;
  }

  /** For showing. A limited link shows nothing: that would spend it. */
  show(entry?: string): Promise<Download> {
    return this.ask({ entry, inline: true });
  }

  async list(folder?: string, cursor?: string): Promise<FolderPage> {
    const params = { ...this.params, query: { folder, cursor, limit: 1000, lease: this.lease } };
    return result(this.api.GET('/api/v1/public/links/{token}/entries', { params }));
  }

  async *files(folder: string | undefined, path = ''): AsyncGenerator<ZipFile> {
    for await (const page of pages((cursor) => this.list(folder, cursor))) {
      for (const entry of page.entries) yield* this.filesOf(entry, path);
    }
  }

  private async *filesOf(entry: Entry, path: string): AsyncGenerator<ZipFile> {
    const name = path + entry.name;
    const modified = new Date(entry.modified);
    if (entry.kind === 'folder') {
      yield { name: `${name}/`, modified };
      yield* this.files(entry.id, `${name}/`);
    } else {
      yield {
        name,
        size: entry.size ?? 0,
        modified,
        address: async () => (await this.download(entry.id)).url,
      };
    }
  }

  private async ask(body: { entry?: string; inline?: boolean; lease?: string }): Promise<Download> {
    try {
      const full = { inline: false, ...body };
      const answer = this.api.POST('/api/v1/public/links/{token}/downloads', {
        params: this.params,
        body: full,
      });
      const download = await result(answer);
      this.lease = download.lease ?? this.lease;
      return download;
    } catch (error) {
      const problem = asProblem(error);
      if (problem.type in overs || problem.type === 'link_password') this.refused(problem);
      throw problem;
    }
  }

  private refused(problem: Problem): void {
    this.problem = problem;
    if (problem.status === 401) this.stage = 'password';
    else if (problem.status === 404) this.stage = 'unknown';
    else this.stage = overs[problem.type] ?? 'trouble';
    if (this.stage === 'password') this.ticket = undefined;
  }
}
