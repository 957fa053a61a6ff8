// SPDX-License-Identifier: Apache-2.0
// The person's own account: signing in and out, name, password, sessions, tokens.
import { ours, result, type Scope, type Session, type Token } from '../api/client';
import { app } from '../state/app.svelte';

const withOurs = { params: ours };

export const signIn = (email: string, password: string) =>
  result(app.strangers.POST('/auth/api/sign-in', { ...withOurs, body: { email, password } }));

export const setUp = (body: { token: string; email: string; name: string; password: string }) =>
  result(app.strangers.POST('/auth/api/setup', { ...withOurs, body }));

export const setUpOpen = async () => (await result(app.strangers.GET('/auth/api/setup'))).open;

export const checkInvitation = (token: string) =>
  result(app.strangers.POST('/auth/api/invitation/check', { ...withOurs, body: { token } }));

export const acceptInvitation = (body: { token: string; name?: string; password: string }) =>
  result(app.strangers.POST('/auth/api/invitation', { ...withOurs, body }));

export const resetPassword = (token: string, password: string) =>
  result(app.strangers.POST('/auth/api/reset', { ...withOurs, body: { token, password } }));

export const requestReset = (email: string) =>
  result(app.strangers.POST('/auth/api/reset-request', { ...withOurs, body: { email } }));

export const signUp = (body: { email: string; name: string; password: string }) =>
  result(app.strangers.POST('/auth/api/sign-up', { ...withOurs, body }));

export async function changeName(name: string): Promise<void> {
  app.me = await result(app.api.PATCH('/api/v1/me', { body: { name } }));
}

export const changePassword = (old: string, fresh: string) =>
  result(app.api.POST('/auth/api/password', { ...withOurs, body: { old, new: fresh } }));

export async function sessions(): Promise<Session[]> {
  return (await result(app.api.GET('/auth/api/sessions'))).sessions;
}

export const endSession = (id: string) =>
  result(app.api.DELETE('/auth/api/sessions/{id}', { params: { path: { id }, ...ours } }));

export const endAllSessions = () => result(app.api.POST('/auth/api/sessions/end-all', withOurs));

export async function tokens(): Promise<Token[]> {
  return (await result(app.api.GET('/api/v1/tokens'))).tokens;
}

export const createToken = (name: string, scopes: Scope[], expires: string) =>
  result(app.api.POST('/api/v1/tokens', { body: { name, scopes, expires } }));

export const deleteToken = (id: string) =>
  result(app.api.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }));
