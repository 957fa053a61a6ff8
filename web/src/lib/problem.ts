// SPDX-License-Identifier: Apache-2.0
// What went wrong, as the API says it (RFC 9457). Status 0: no answer came.

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  request_id?: string;
  missing?: number;
  conflicts?: number[];
  /** Seconds until another try makes sense. */
  retry_after?: number;
}

export class Problem extends Error {
  readonly status: number;
  readonly type: string;
  /** Of what nobody expects, so that the server's log can be asked: a wrong password has none. */
  readonly requestId: string | undefined;
  readonly body: ProblemBody;

  constructor(status: number, body: ProblemBody = {}) {
    super(body.detail || body.title || `status ${status}`);
    this.status = status;
    this.body = body;
    this.type = body.type ?? (status === 0 ? 'network' : 'unknown');
    this.requestId = status >= 500 || this.type === 'unknown' ? body.request_id : undefined;
  }

  /** Worth another try without a change: no answer, a busy server, a hiccup. */
  get passing(): boolean {
    return (
      this.status === 0 ||
      this.status === 408 ||
      this.status === 429 ||
      (this.status >= 500 && this.status !== 507)
    );
  }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return new Problem(0, { detail: error.message });
  return new Problem(-1, { type: 'page', detail: error instanceof Error ? error.message : String(error) });
}

/** The file can no longer be read: changed, moved or gone since it was chosen. */
export class FileUnreadable extends Problem {
  constructor() {
    super(-1, { type: 'file_unreadable' });
  }
}
