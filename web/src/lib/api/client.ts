// SPDX-License-Identifier: Apache-2.0
// The typed client of the HTTP API. The bearer token is added here and nowhere else.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';
import { Problem, type ProblemBody } from '../problem';

type Schemas = components['schemas'];
export type Entry = Schemas['Entry'];
export type FolderPage = Schemas['FolderPage'];
export type PathStep = Schemas['PathStep'];
export type Link = Schemas['Link'];
export type OpenedLink = Schemas['OpenedLink'];
export type Download = Schemas['LinkDownload'];
export type Me = Schemas['Me'];
export type Token = Schemas['Token'];
export type Scope = Schemas['Scope'];
export type Session = Schemas['Session'];
export type User = Schemas['User'];
export type Invitation = Schemas['Invitation'];
export type Settings = Schemas['ProviderSettings'];
export type Config = paths['/config.json']['get']['responses']['200']['content']['application/json'];

export interface Credentials {
  /** The token to send; undefined where nobody is signed in. `stale`: this one was refused. */
  token(stale?: string): Promise<string | undefined>;
}

export type Client = ReturnType<typeof makeClient>;

/** What the identity provider's own endpoints want as a sign that a page of ours asks. */
export const ours = { header: { 'Satchel-Request': '1' } } as const;

export function makeClient(credentials?: Credentials) {
  return createClient<paths>({
    baseUrl: location.origin,
    fetch: credentials ? (request) => authorized(credentials, request) : (request) => fetch(request),
  });
}

async function authorized(credentials: Credentials, request: Request): Promise<Response> {
  const again = request.clone();
  const token = await credentials.token();
  const response = await fetch(bearing(request, token));
  if (response.status !== 401 || !token) return response;
  const fresh = await credentials.token(token);
  return fresh && fresh !== token ? fetch(bearing(again, fresh)) : response;
}

function bearing(request: Request, token: string | undefined): Request {
  if (token) request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer; a Problem is thrown for any other. */
export async function result<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer.catch((reason: unknown) => {
    if (reason instanceof TypeError) throw new Problem(0, { detail: reason.message });
    throw reason;
  });
  if (response.ok) return data as T;
  const body: ProblemBody = typeof error === 'object' && error !== null ? error : {};
  const wait = Number(response.headers.get('Retry-After'));
  throw new Problem(response.status, wait > 0 ? { ...body, retry_after: wait } : body);
}

interface Page {
  cursor?: string;
}

/** All pages of a list, one after the other. */
export async function* pages<T extends Page>(ask: (cursor?: string) => Promise<T>): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page = await ask(cursor);
    yield page;
    cursor = page.cursor;
  } while (cursor);
}
