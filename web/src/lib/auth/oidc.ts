// SPDX-License-Identifier: Apache-2.0
// OpenID Connect: code + PKCE and rotating refresh tokens, against whatever issuer the configuration names.
import * as oauth from 'oauth4webapi';
import type { Config } from '../api/client';
import { challengeOf } from './sha256';

export interface Tokens {
  access: string;
  /** When the access token ends, in milliseconds of performance.now(). */
  ends: number;
  refresh?: string;
  idToken?: string;
}

interface Flow {
  verifier: string;
  state: string;
  nonce: string;
  path: string;
}

const flowKey = 'satchel-flow';
const providerKey = 'satchel-provider';
const redirectUri = () => `${location.origin}/callback`;

/** The refresh token opens nothing any more: the person has to sign in again. */
export class SignedOut extends Error {}

export class Oidc {
  private provider: Promise<oauth.AuthorizationServer> | undefined;
  private readonly client: oauth.Client;
  private readonly options: { [oauth.allowInsecureRequests]?: boolean };

  constructor(private readonly config: Config) {
    this.client = { client_id: config.client_id };
    this.options = config.issuer.startsWith('http:') ? { [oauth.allowInsecureRequests]: true } : {};
  }

  /** Leaves the page for the provider; it comes back to /callback, and from there to `path`. */
  async leave(path: string): Promise<never> {
    const provider = await this.discover();
    const flow: Flow = {
      verifier: oauth.generateRandomCodeVerifier(),
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      path,
    };
    sessionStorage.setItem(flowKey, JSON.stringify(flow));
    const url = new URL(provider.authorization_endpoint!);
    const query = {
      response_type: 'code',
      client_id: this.client.client_id,
      redirect_uri: redirectUri(),
      scope: this.config.scope,
      ...this.resource(),
      code_challenge: challengeOf(flow.verifier),
      code_challenge_method: 'S256',
      state: flow.state,
      nonce: flow.nonce,
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    location.assign(url);
    return new Promise<never>(() => undefined);
  }

  /** Back at /callback: the tokens, and where the person wanted to go. */
  async arrive(): Promise<{ tokens: Tokens; path: string }> {
    const flow = JSON.parse(sessionStorage.getItem(flowKey) ?? 'null') as Flow | null;
    sessionStorage.removeItem(flowKey);
    if (!flow) throw new SignedOut('no sign-in was under way in this tab');
    const provider = await this.discover();
    const params = oauth.validateAuthResponse(provider, this.client, new URL(location.href), flow.state);
    const response = await oauth.authorizationCodeGrantRequest(
      provider,
      this.client,
      oauth.None(),
      params,
      redirectUri(),
      flow.verifier,
      { ...this.options, additionalParameters: this.resource() },
    );
    const answer = await oauth.processAuthorizationCodeResponse(provider, this.client, response, {
      expectedNonce: flow.nonce,
    });
    return { tokens: tokensOf(answer), path: flow.path };
  }

  async refresh(refreshToken: string): Promise<Tokens> {
    const provider = await this.discover();
    const response = await oauth.refreshTokenGrantRequest(
      provider,
      this.client,
      oauth.None(),
      refreshToken,
      this.options,
    );
    try {
      return tokensOf(await oauth.processRefreshTokenResponse(provider, this.client, response));
    } catch (error) {
      if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') throw new SignedOut();
      throw error;
    }
  }

  async revoke(refreshToken: string): Promise<void> {
    const provider = await this.discover();
    if (!provider.revocation_endpoint) return;
    const none = oauth.None();
    const response = await oauth.revocationRequest(provider, this.client, none, refreshToken, this.options);
    await oauth.processRevocationResponse(response);
  }

  /** Where the person's session at the provider is ended, if it says so; back to `path` of ours afterwards. */
  async endOfSession(path: string): Promise<string | undefined> {
    const { end_session_endpoint } = await this.discover();
    if (!end_session_endpoint) return undefined;
    const url = new URL(end_session_endpoint);
    const back = location.origin + path;
    url.searchParams.set('client_id', this.client.client_id);
    url.searchParams.set('post_logout_redirect_uri', back);
    url.searchParams.set('logout_uri', back); // Cognito's name for it
    return url.href;
  }

  /** What the token is for, where the issuer wants to hear it (RFC 8707). */
  private resource(): Record<string, string> {
    return this.config.resource ? { resource: this.config.resource } : {};
  }

  private discover(): Promise<oauth.AuthorizationServer> {
    this.provider ??= this.load();
    this.provider.catch(() => (this.provider = undefined));
    return this.provider;
  }

  private async load(): Promise<oauth.AuthorizationServer> {
    const kept = JSON.parse(
      sessionStorage.getItem(providerKey) ?? 'null',
    ) as oauth.AuthorizationServer | null;
    if (kept?.issuer === this.config.issuer) return kept;
    const issuer = new URL(this.config.issuer);
    const response = await oauth.discoveryRequest(issuer, this.options);
    const provider = await oauth.processDiscoveryResponse(issuer, response);
    sessionStorage.setItem(providerKey, JSON.stringify(provider));
    return provider;
  }
}

function tokensOf(answer: oauth.TokenEndpointResponse): Tokens {
  return {
    access: answer.access_token,
    ends: performance.now() + (answer.expires_in ?? 60) * 1000,
    refresh: answer.refresh_token,
    idToken: answer.id_token,
  };
}
