// SPDX-License-Identifier: Apache-2.0
// Who is signed in, in this tab. The access token lives in memory only, the refresh token in the tab's sessionStorage;
// it is spent under a lock, and a duplicated tab gives its copy up, so no refresh token is ever used twice.
import type { Config, Credentials } from '../api/client';
import { Problem } from '../problem';
import { Oidc, SignedOut, type Tokens } from './oidc';

const refreshKey = 'satchel-refresh';
const tabKey = 'satchel-tab';
/** An access token is renewed this long before it ends. */
const marginMs = 30_000;

export class Session implements Credentials {
  private readonly oidc: Oidc;
  private tokens: Tokens | undefined;
  private judged: Promise<void> | undefined;
  private renewal: Promise<string> | undefined;
  /** Called once when the session has ended and the person has to sign in again. */
  ended: () => void = () => undefined;

  constructor(config: Config) {
    this.oidc = new Oidc(config);
  }

  /** False where nobody is signed in in this tab. */
  async begin(): Promise<boolean> {
    this.judged ??= isCopyOfATab().then((copy) => {
      if (copy) sessionStorage.removeItem(refreshKey);
    });
    await this.judged;
    return sessionStorage.getItem(refreshKey) !== null;
  }

  signIn(path: string): Promise<never> {
    return this.oidc.leave(path);
  }

  async arrive(): Promise<string> {
    const { tokens, path } = await this.oidc.arrive();
    this.keep(tokens);
    return path;
  }

  async token(stale?: string): Promise<string | undefined> {
    const held = this.tokens;
    if (held && held.access !== stale && held.ends - marginMs > performance.now()) return held.access;
    this.renewal ??= this.renew().finally(() => (this.renewal = undefined));
    try {
      return await this.renewal;
    } catch (error) {
      if (!(error instanceof SignedOut)) throw new Problem(0, { type: 'network' });
      this.ended();
      throw new Problem(401, { type: 'signed_out' });
    }
  }

  async signOut(): Promise<void> {
    const refresh = sessionStorage.getItem(refreshKey);
    this.tokens = undefined;
    sessionStorage.removeItem(refreshKey);
    if (refresh) await this.oidc.revoke(refresh).catch(() => undefined);
  }

  /** Where a sign-out goes on that takes in the provider's own session. */
  endOfSession(path: string): Promise<string | undefined> {
    return this.oidc.endOfSession(path).catch(() => undefined);
  }

  private async renew(): Promise<string> {
    const spend = async () => {
      const refresh = sessionStorage.getItem(refreshKey);
      if (!refresh) throw new SignedOut();
      return this.oidc.refresh(refresh);
    };
    try {
      const tokens = await ('locks' in navigator
        ? navigator.locks.request('satchel-refresh', spend)
        : spend());
      this.keep(tokens);
      return tokens.access;
    } catch (error) {
      if (error instanceof SignedOut) sessionStorage.removeItem(refreshKey);
      throw error;
    }
  }

  private keep(tokens: Tokens): void {
    this.tokens = tokens;
    if (tokens.refresh) sessionStorage.setItem(refreshKey, tokens.refresh);
  }
}

/** A duplicated tab starts with a copy of sessionStorage: the lock of the tab's name tells the two apart. */
async function isCopyOfATab(): Promise<boolean> {
  if (!('locks' in navigator)) return false;
  const known = sessionStorage.getItem(tabKey);
  const mine = known && (await holdForEver(known)) ? known : undefined;
  if (mine) return false;
  const fresh = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16)).join('');
  sessionStorage.setItem(tabKey, fresh);
  void holdForEver(fresh);
  return known !== null;
}

/** True once the lock is held; false where another tab keeps it (a page that is just going away gets a moment). */
function holdForEver(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const hold = () => {
      resolve(true);
      return new Promise<never>(() => undefined);
    };
    const signal = AbortSignal.timeout(500);
    navigator.locks.request(`satchel-tab-${name}`, { signal }, hold).catch(() => resolve(false));
  });
}
