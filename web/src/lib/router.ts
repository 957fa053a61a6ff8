// SPDX-License-Identifier: Apache-2.0
// Which page an address stands for. Patterns are literal but for ":name", which takes one step.

export interface Match<T> {
  page: T;
  params: Record<string, string>;
}

export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, step] of wanted.entries()) {
    const value = given[index]!;
    if (!step.startsWith(':')) {
      if (step !== value) return undefined;
      continue;
    }
    try {
      params[step.slice(1)] = decodeURIComponent(value);
    } catch {
      return undefined;
    }
  }
  return params;
}

export function findPage<T>(
  routes: readonly [pattern: string, page: T][],
  path: string,
): Match<T> | undefined {
  for (const [pattern, page] of routes) {
    const params = matchPath(pattern, path);
    if (params) return { page, params };
  }
  return undefined;
}

/** A click that the browser should handle itself: another button, a modifier, another target. */
export function isPlainClick(event: MouseEvent): boolean {
  return (
    event.button === 0 &&
    !event.defaultPrevented &&
    !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
  );
}

/** `continue` of the sign-in page: only back to our own authorization endpoint, never elsewhere. */
export function safeContinue(search: string): string | undefined {
  const wanted = new URLSearchParams(search).get('continue');
  return wanted?.startsWith('/auth/authorize?') ? wanted : undefined;
}
