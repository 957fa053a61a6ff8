// SPDX-License-Identifier: Apache-2.0
// People of this installation, for administrators.
import { pages, result, type Invitation, type Settings, type User } from '../api/client';
import { app } from '../state/app.svelte';

export async function people(): Promise<User[]> {
  const all: User[] = [];
  const list = (cursor?: string) => result(app.api.GET('/api/v1/users', { params: { query: { cursor } } }));
  for await (const page of pages(list)) all.push(...page.users);
  return all;
}

export const invite = (email: string, name: string | undefined, role: User['role']) =>
  result(app.api.POST('/api/v1/users', { body: { email, name, role } }));

export const changeUser = (id: string, body: { role?: User['role']; disabled?: boolean; limit?: number }) =>
  result(app.api.PATCH('/api/v1/users/{id}', { params: { path: { id } }, body }));

export const resetUser = (id: string): Promise<Invitation> =>
  result(app.api.POST('/api/v1/users/{id}/reset', { params: { path: { id } } }));

export const settings = (): Promise<Settings> => result(app.api.GET('/api/v1/settings'));

export const changeSettings = (body: Partial<Settings>): Promise<Settings> =>
  result(app.api.PATCH('/api/v1/settings', { body }));
