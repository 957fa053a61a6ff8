// SPDX-License-Identifier: Apache-2.0
// An independent OpenID Connect client (openid-client) against the real binary: discovery, code with PKCE, ID token, userinfo, rotating
// refresh tokens, revocation, logout. What the library checks of an answer is not checked here again.
//   usage: SATCHEL_BINARY=build/satchel npm test
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import * as oidc from 'openid-client';

const binary = resolve(process.env.SATCHEL_BINARY ?? '../../build/satchel');
const email = 'ann@example.org';
const password = 'a horse of many colours';
let folder, server, base, setupToken, log = '';

/** What the server prints until `pattern` is in it; fails after 30 s. */
function printed(pattern) {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`the server did not print ${pattern}:\n${log}`)), 30_000);
    const look = () => {
      const match = log.match(pattern);
      if (!match) return;
      clearTimeout(timer);
      server.stdout.off('data', look);
      done(match);
    };
    server.stdout.on('data', look);
    look();
  });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'satchel-oidc-'));
  server = spawn(binary, ['serve', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (bytes) => (log += bytes));
  server.on('error', (error) => (log += error));
  [, base] = await printed(/ready at (http:\/\/\S+)/);
  [, setupToken] = await printed(/\/setup#(\S+)/);
});

after(async () => {
  if (server?.exitCode === null) {
    const ended = new Promise((done) => server.once('exit', done));
    server.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

/** A browser: cookies, and the pages' own header. */
class Browser {
  cookies = new Map();
  async fetch(url, options = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...options.headers, ...(cookie && { cookie }) };
    const response = await fetch(new URL(url, base), { redirect: 'manual', ...options, headers });
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
      if (value) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    return response;
  }
  post(path, body, headers = {}) {
    return this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'satchel-request': '1', origin: base, ...headers },
      body: JSON.stringify(body),
    });
  }
}

const discover = (client) => oidc.discovery(new URL(`${base}/auth`), client, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] });

/** Signs in through the authorization endpoint as a browser does; the tokens. */
async function signIn(browser, config, redirect_uri, extra = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri, scope: 'openid profile email', state, nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...extra,
  });
  let response = await browser.fetch(url);
  if (response.headers.get('location').startsWith('/signin?continue=')) {
    assert.equal((await browser.post('/auth/api/sign-in', { email, password })).status, 200);
    response = await browser.fetch(new URL(response.headers.get('location'), base).searchParams.get('continue'));
  }
  assert.equal(response.status, 302);
  const back = new URL(response.headers.get('location'));
  assert.ok(back.href.startsWith(redirect_uri));
  return oidc.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true });
}

test('the set-up link makes the first administrator, once', async () => {
  const body = { token: setupToken, email, name: 'Ann', password };
  assert.equal((await new Browser().post('/auth/api/setup', body, { origin: 'https://evil.example' })).status, 403);
  const browser = new Browser();
  const made = await browser.post('/auth/api/setup', body);
  assert.equal(made.status, 200, await made.clone().text());
  assert.equal((await made.json()).name, 'Ann');
  assert.equal((await new Browser().post('/auth/api/setup', body)).status, 410);
});

test('a person signs in with code and PKCE', async () => {
  const browser = new Browser();
  const config = await discover('satchel-web');
  const tokens = await signIn(browser, config, `${base}/callback`);
  assert.equal(tokens.expires_in, 300);
  assert.equal(tokens.claims().email, email);
  const person = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.equal(person.name, 'Ann');
  const me = await fetch(`${base}/api/v1/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  assert.equal((await me.json()).email, email);
  const withIdToken = await fetch(`${base}/api/v1/me`, { headers: { authorization: `Bearer ${tokens.id_token}` } });
  assert.equal(withIdToken.status, 401);
});

test('a second window signs in without asking, and prompt=login asks again', async () => {
  const browser = new Browser();
  const config = await discover('satchel-web');
  await signIn(browser, config, `${base}/callback`);
  const silent = await signIn(browser, config, `${base}/callback`, { prompt: 'none' });
  const again = await signIn(browser, config, `${base}/callback`, { prompt: 'login' });
  assert.ok(again.claims().auth_time >= silent.claims().auth_time);
  await assert.rejects(signIn(new Browser(), config, `${base}/callback`, { prompt: 'none' }), { error: 'login_required' });
});

test('refresh tokens rotate, and one that was replaced ends the family', async () => {
  const config = await discover('satchel-web');
  const first = await signIn(new Browser(), config, `${base}/callback`);
  const second = await oidc.refreshTokenGrant(config, first.refresh_token);
  const third = await oidc.refreshTokenGrant(config, second.refresh_token);
  assert.notEqual(third.refresh_token, second.refresh_token);
  await assert.rejects(oidc.refreshTokenGrant(config, first.refresh_token), { error: 'invalid_grant' });
  await assert.rejects(oidc.refreshTokenGrant(config, third.refresh_token), { error: 'invalid_grant' });
});

test('a revoked refresh token is void', async () => {
  const config = await discover('satchel-web');
  const tokens = await signIn(new Browser(), config, `${base}/callback`);
  await oidc.tokenRevocation(config, tokens.refresh_token);
  await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
});

test('the command line signs in over a loopback port of its own', async () => {
  const listener = createServer((request, response) => response.end());
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  try {
    const tokens = await signIn(new Browser(), await discover('satchel-cli'), `http://127.0.0.1:${listener.address().port}/callback`);
    assert.equal(tokens.claims().aud, 'satchel-cli');
  } finally {
    listener.close();
  }
});

test('logout ends the session and comes back', async () => {
  const browser = new Browser();
  const config = await discover('satchel-web');
  const tokens = await signIn(browser, config, `${base}/callback`);
  const response = await browser.fetch(oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${base}/`, state: 'bye' }));
  assert.equal(response.headers.get('location'), `${base}/?state=bye`);
  assert.equal(browser.cookies.size, 0);
  await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
});

test('a password change ends every token that was given before', async () => {
  const config = await discover('satchel-web');
  const mine = new Browser();
  const tokens = await signIn(mine, config, `${base}/callback`);
  const other = await signIn(new Browser(), config, `${base}/callback`);
  const bearer = { authorization: `Bearer ${tokens.access_token}` };
  const changed = await mine.post('/auth/api/password', { old: password, new: password + '!' }, bearer);
  assert.equal(changed.status, 204, await changed.clone().text());
  for (const one of [tokens, other]) {
    const me = await fetch(`${base}/api/v1/me`, { headers: { authorization: `Bearer ${one.access_token}` } });
    assert.equal(me.status, 401);
    await assert.rejects(oidc.refreshTokenGrant(config, one.refresh_token), { error: 'invalid_grant' });
  }
  assert.equal((await signIn(mine, config, `${base}/callback`, { prompt: 'none' })).token_type, 'bearer');
});

test('no secret stands in the log', async () => {
  for (const secret of [setupToken, password, email]) {
    const lines = log.split('\n').filter((line) => line.startsWith('{') && line.includes(secret));
    assert.deepEqual(lines, []);
  }
});
