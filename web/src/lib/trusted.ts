// SPDX-License-Identifier: Apache-2.0
// The only Trusted Types policy of our own: it lets through scripts of workers that lie in our own folders.

interface Policy {
  createScriptURL(url: string): TrustedScript;
}
type TrustedScript = string;
interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

let policy: Policy | undefined;

function allow(url: string): string {
  const { origin, pathname } = new URL(url, location.href);
  if (origin === location.origin && (pathname === '/zip-worker.js' || /^\/(assets|src)\//.test(pathname)))
    return url;
  throw new TypeError(`not a worker of Satchel: ${pathname}`);
}

/** The address of a worker's script in the form that `new Worker` and `serviceWorker.register` take. */
export function trustedWorkerUrl(url: string): string {
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
  if (!factory) return allow(url);
  policy ??= factory.createPolicy('satchel-worker', { createScriptURL: allow });
  return policy.createScriptURL(url);
}
