// SPDX-License-Identifier: Apache-2.0
// Which rows of a long list are in the document: those in sight, some around them, and the focused one always.

const around = 8;

export function visibleRows(
  count: number,
  row: number,
  top: number,
  height: number,
  focus: number,
): number[] {
  const first = Math.max(0, Math.floor(top / row) - around);
  const last = Math.min(count - 1, Math.ceil((top + height) / row) + around);
  const rows: number[] = [];
  if (focus >= 0 && focus < first && focus < count) rows.push(focus);
  for (let index = first; index <= last; index++) rows.push(index);
  if (focus > last && focus < count) rows.push(focus);
  return rows;
}

/** Where to scroll so that a row is in sight below a sticky head; undefined where it is already. */
export function scrollFor(index: number, row: number, top: number, height: number): number | undefined {
  const start = index * row;
  if (start < top) return start;
  if (start + row > top + height) return start + row - height;
  return undefined;
}
