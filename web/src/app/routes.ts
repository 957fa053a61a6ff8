// SPDX-License-Identifier: Apache-2.0
// Every address of the app and the page behind it. Pages of a signed-in person live in the shell; all but the files
// load when they are wanted.
import type { Component } from 'svelte';
import Files from '../routes/files/Page.svelte';
import type { Key } from '$lib/i18n';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Page = Component<any>;

export interface Route {
  page: Page | (() => Promise<{ default: Page }>);
  lazy: boolean;
  /** Needs a signed-in person. */
  inside: boolean;
  title: Key;
  adminOnly?: boolean;
  /** Of an account that is kept here: not where the issuer keeps them. */
  accountsHere?: boolean;
}

const inside = (title: Key, page: () => Promise<{ default: Page }>, adminOnly = false): Route => ({
  ...{ page, title, adminOnly },
  lazy: true,
  inside: true,
});
const outside = (title: Key, page: () => Promise<{ default: Page }>): Route => ({
  page,
  title,
  lazy: true,
  inside: false,
});
const accounts = (title: Key, page: () => Promise<{ default: Page }>): Route => ({
  ...outside(title, page),
  accountsHere: true,
});
const files: Route = { page: Files as Page, lazy: false, inside: true, title: 'nav.files' };

export const routes: [string, Route][] = [
  ['/', files],
  ['/files', files],
  ['/files/:id', files],
  ['/trash', inside('nav.trash', () => import('../routes/trash/Page.svelte'))],
  ['/links', inside('nav.links', () => import('../routes/links/Page.svelte'))],
  ['/users', inside('nav.users', () => import('../routes/users/Page.svelte'), true)],
  ['/account', inside('nav.account', () => import('../routes/account/Page.svelte'))],
  ['/signin', outside('signin.title', () => import('../routes/signin/Page.svelte'))],
  ['/signup', accounts('signup.title', () => import('../routes/signup/Page.svelte'))],
  ['/setup', accounts('setup.title', () => import('../routes/setup/Page.svelte'))],
  ['/invite', accounts('invite.title', () => import('../routes/invite/Page.svelte'))],
  ['/reset', accounts('reset.title', () => import('../routes/reset/Page.svelte'))],
  ['/callback', outside('signin.title', () => import('../routes/callback/Page.svelte'))],
];
