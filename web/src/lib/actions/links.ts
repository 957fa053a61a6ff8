// SPDX-License-Identifier: Apache-2.0
// Links of mine: make, change, withdraw.
import { pages, result, type Link } from '../api/client';
import { emit } from '../events';
import { t } from '../i18n';
import { app } from '../state/app.svelte';
import { toasts } from '../state/toasts.svelte';

export interface LinkSettings {
  expires?: string;
  password?: string;
  max_downloads?: number;
}

export interface LinkChange {
  expires?: string | null;
  password?: string | null;
  max_downloads?: number | null;
}

const at = (id: string) => ({ params: { path: { id } } });

export async function linksOf(entry: string): Promise<Link[]> {
  return (await result(app.api.GET('/api/v1/entries/{id}/links', at(entry)))).links;
}

export async function myLinks(): Promise<Link[]> {
  const all: Link[] = [];
  const list = (cursor?: string) =>
    result(app.api.GET('/api/v1/links', { params: { query: { limit: 1000, cursor } } }));
  for await (const page of pages(list)) all.push(...page.links);
  return all;
}

export async function createLink(entry: string, settings: LinkSettings): Promise<Link> {
  const link = await result(app.api.POST('/api/v1/links', { body: { entry, ...settings } }));
  await noticeSharing(entry);
  return link;
}

export async function changeLink(link: Link, change: LinkChange): Promise<Link> {
  const changed = await result(app.api.PATCH('/api/v1/links/{id}', { ...at(link.id), body: change }));
  emit('linksChanged', { entry: link.entry });
  return changed;
}

export async function revokeLink(link: Link): Promise<void> {
  await result(app.api.DELETE('/api/v1/links/{id}', at(link.id)));
  await noticeSharing(link.entry);
  toasts.show(t('links.revoked', { name: link.name }));
}

/** Tells the page, and whether the entry is shared now: only the server knows of all its links. */
async function noticeSharing(id: string): Promise<void> {
  emit('linksChanged', { entry: id });
  const entry = await result(app.api.GET('/api/v1/entries/{id}', at(id))).catch(() => undefined);
  if (entry) emit('entryChanged', entry);
}

/** Whether a link still opens something, and if not, why. */
export function linkState(link: Link, now: number = Date.now()): 'open' | 'revoked' | 'expired' | 'spent' {
  if (link.revoked) return 'revoked';
  if (link.expires && Date.parse(link.expires) <= now) return 'expired';
  if (link.max_downloads !== undefined && link.downloads >= link.max_downloads) return 'spent';
  return 'open';
}
