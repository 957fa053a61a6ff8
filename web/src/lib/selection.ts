// SPDX-License-Identifier: Apache-2.0
// Which rows are selected, and how clicks and keys change that. Ids, not indexes: a sort keeps selection and anchor.

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Where a range starts. */
  readonly anchor?: string;
}

export const nothing: Selection = { ids: new Set() };

export function only(id: string): Selection {
  return { ids: new Set([id]), anchor: id };
}

export function toggled({ ids }: Selection, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
}

export function ranged(selection: Selection, order: readonly string[], id: string): Selection {
  const from = selection.anchor === undefined ? -1 : order.indexOf(selection.anchor);
  const to = order.indexOf(id);
  if (from < 0 || to < 0) return only(id);
  const slice = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: new Set(slice), anchor: selection.anchor };
}

export function everything(order: readonly string[]): Selection {
  return { ids: new Set(order), anchor: order[0] };
}

/** Without the rows that are no longer there. */
export function kept(selection: Selection, order: ReadonlySet<string>): Selection {
  const ids = [...selection.ids].filter((id) => order.has(id));
  if (ids.length === selection.ids.size) return selection;
  return { ids: new Set(ids), anchor: selection.anchor };
}
