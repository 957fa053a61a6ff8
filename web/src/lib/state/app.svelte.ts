// SPDX-License-Identifier: Apache-2.0
// What the whole app shares: configuration, session, API client, and who is signed in.
import { makeClient, result, type Client, type Config, type Me } from '../api/client';
import { Session } from '../auth/session';
import { on } from '../events';
import { Problem, asProblem } from '../problem';

class App {
  config = $state.raw<Config>();
  me = $state.raw<Me>();
  /** The session ended while the page was in use. */
  signedOut = $state(false);
  session!: Session;
  api!: Client;
  /** For what is asked before anybody is signed in, or after. */
  strangers!: Client;

  async configure(): Promise<void> {
    if (this.config) return;
    const response = await fetch('/config.json').catch(() => undefined);
    if (!response?.ok) throw new Problem(response?.status ?? 0);
    this.config = (await response.json()) as Config;
    this.session = new Session(this.config);
    this.session.ended = () => (this.signedOut = true);
    this.api = makeClient(this.session);
    this.strangers = makeClient();
    let pending: ReturnType<typeof setTimeout> | undefined;
    on('spaceChanged', () => {
      clearTimeout(pending);
      pending = setTimeout(() => void this.loadMe().catch(() => undefined), 600);
    });
  }

  async loadMe(): Promise<Me> {
    this.me = await result(this.api.GET('/api/v1/me'));
    return this.me;
  }

  get isAdmin(): boolean {
    return this.me?.role === 'admin';
  }

  /** Whether people's accounts are kept here; else they are at the issuer, with passwords, invitations and sessions. */
  get hasAccounts(): boolean {
    return (this.config?.accounts ?? 'here') === 'here';
  }

  /** Whether administrators invite people here, also where their accounts are at the issuer. */
  get invites(): boolean {
    return this.config?.accounts !== 'issuer';
  }

  async signOut(): Promise<void> {
    await this.session.signOut();
    if (!this.hasAccounts) {
      location.assign((await this.session.endOfSession('/signin')) ?? '/signin');
      return;
    }
    const leave = this.strangers.POST('/auth/api/sign-out', {
      params: { header: { 'Satchel-Request': '1' } },
    });
    await result(leave).catch(asProblem);
    location.assign('/signin');
  }
}

export const app = new App();
