// SPDX-License-Identifier: Apache-2.0
// The mock's API, by api/openapi.yaml. Returns false for what is no API path.
import { objects } from './mock_objects.mjs';
import { provider } from './mock_provider.mjs';
import { add, addLink, entries, links, me, newId, now, root, tokens, uploads, users } from './mock_state.mjs';

class Refused extends Error {
  constructor(status, type, more = {}) {
    super(type);
    this.status = status;
    this.body = { type, title: type, status, detail: '', request_id: `mock-${newId().slice(-6)}`, ...more };
  }
}

const children = (id) => [...entries.values()].filter((entry) => entry.parent === id && !entry.deleted);
const find = (id) => {
  const entry = entries.get(id);
  if (!entry) throw new Refused(404, 'not_found');
  return entry;
};
const pathOf = (entry) =>
  entry ? [...pathOf(entries.get(entry.parent)), { id: entry.id, name: entry.name }] : [];
const taken = (parent, name, but) =>
  children(parent).find((entry) => entry.name.toLowerCase() === name.toLowerCase() && entry.id !== but);

function free(parent, name) {
  let result = name;
  for (let n = 1; taken(parent, result); n++) result = name.replace(/(\.[^.]*)?$/, ` (${n})$1`);
  return result;
}

function page(all, query) {
  const from = Number(query.get('cursor') ?? 0);
  const limit = Number(query.get('limit') ?? 200);
  return [all.slice(from, from + limit), from + limit < all.length ? String(from + limit) : undefined];
}

function folderPage(id, query, top) {
  const [found, cursor] = page(
    children(id).sort((a, b) => a.name.localeCompare(b.name)),
    query,
  );
  const path = pathOf(find(id));
  const from = top ? path.findIndex((step) => step.id === top) : 0;
  return { folder: find(id), path: path.slice(from), entries: found, cursor };
}

const used = () => [...entries.values()].reduce((sum, entry) => sum + (entry.size ?? 0), 0);
const whole = () => ({
  ...me,
  space: { id: root.id, root: root.id, limit: 200e9, used: used(), avail: 200e9 - used() },
});

const inlineTypes = {
  md: 'text/plain; charset=utf-8',
  json: 'text/plain; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
};
function download(entry, inline, host) {
  const extension = entry.name.split('.').at(-1);
  const type = inlineTypes[extension] ?? entry.type ?? 'application/octet-stream';
  if (!objects.has(entry.id)) objects.set(entry.id, Buffer.alloc(Math.min(entry.size, 2e6), 'satchel '));
  const query = new URLSearchParams({ name: entry.name, type, ...(inline && { inline: '1' }) });
  return {
    url: `http://${host}/objects/${entry.id}?${query}`,
    expires: now(),
    name: entry.name,
    size: objects.get(entry.id).length,
    type,
  };
}

function put(upload, part, host) {
  return { method: 'PUT', url: `http://${host}/objects/${upload.id}/${part}`, headers: {}, expires: now() };
}

function createUploads({ files }, host) {
  const conflicts = files.flatMap((file, index) =>
    (file.conflict ?? 'fail') === 'fail' && taken(file.folder, file.name) ? [index] : [],
  );
  if (conflicts.length) throw new Refused(409, 'name_taken', { conflicts });
  const total = files.reduce((sum, file) => sum + file.size, 0);
  if (total > 200e9 - used()) throw new Refused(413, 'quota_exceeded', { missing: total - (200e9 - used()) });
  return {
    uploads: files.map((file) => {
      const upload = { id: newId(), ...file, part_size: 8 * 1024 * 1024 };
      uploads.set(upload.id, upload);
      return file.checksum ? { ...upload, part_size: undefined, put: put(upload, 1, host) } : upload;
    }),
  };
}

function complete(id) {
  const upload = uploads.get(id);
  if (!upload) throw new Refused(404, 'not_found');
  if (upload.entry) return upload.entry;
  const parts = [];
  for (let part = 1; objects.has(`${id}/${part}`); part++) parts.push(objects.get(`${id}/${part}`));
  const old = taken(upload.folder, upload.name);
  if (old && upload.conflict === 'replace') entries.delete(old.id);
  const name = upload.conflict === 'rename' ? free(upload.folder, upload.name) : upload.name;
  const more = { size: upload.size, type: upload.type, modified: upload.modified ?? now(), revision: 1 };
  upload.entry = add('file', upload.folder, name, more);
  objects.set(upload.entry.id, Buffer.concat(parts));
  return upload.entry;
}

function makeFolder({ parent, path, exclusive }) {
  let folder = find(parent);
  const names = path.split('/');
  names.forEach((name, index) => {
    const known = taken(folder.id, name);
    if (known && (known.kind === 'file' || (exclusive && index === names.length - 1)))
      throw new Refused(409, 'name_taken');
    folder = known ?? add('folder', folder.id, name);
  });
  return folder;
}

function change(entry, { name = entry.name, parent = entry.parent, conflict }) {
  if (taken(parent, name, entry.id)) {
    if (conflict !== 'rename') throw new Refused(409, 'name_taken');
    name = free(parent, name);
  }
  const changed = { ...entry, name, parent };
  entries.set(entry.id, changed);
  return changed;
}

const shownLink = (link, host) => {
  const { token, password, ...rest } = link;
  return {
    ...rest,
    url: `http://${host}/s/${token}`,
    name: find(link.entry).name,
    has_password: password !== undefined,
  };
};
const findLink = (id) =>
  links.get(id) ?? ([...links.values()].find((link) => link.token === id) || refuse(404, 'not_found'));
const refuse = (...why) => {
  throw new Refused(...why);
};

function openLink(token, ticket) {
  const link = findLink(token);
  if (link.revoked) refuse(410, 'link_revoked');
  if (link.expires && Date.parse(link.expires) < Date.now()) refuse(410, 'link_expired');
  if (link.max_downloads <= link.downloads && !link.lease) refuse(410, 'link_spent');
  if (link.password && ticket !== `ticket-${token}`) refuse(401, 'link_password');
  return link;
}

function publicLink({ token }, { request }) {
  const link = openLink(token, request.headers['satchel-link-ticket']);
  const entry = find(link.entry);
  const left = link.max_downloads && link.max_downloads - link.downloads;
  const { kind, name, size, type } = entry;
  return {
    kind,
    name,
    size,
    type,
    root: entry,
    sender: me.name,
    expires: link.expires,
    max_downloads: link.max_downloads,
    downloads_left: left,
  };
}

function publicDownload({ token }, { request, body, host }) {
  const link = openLink(token, request.headers['satchel-link-ticket']);
  if (!body.inline && !body.lease) link.downloads++;
  if (link.max_downloads) link.lease = 'lease';
  return { ...download(find(body.entry ?? link.entry), body.inline, host), lease: link.lease };
}

const settings = { self_signup: false };
const session = { id: 's1', created: now(), last_used: now(), client: 'Chromium on Linux', current: true };
const invitation = (host, kind) => ({
  url: `http://${host}/${kind}#secret`,
  expires: new Date(Date.now() + 6e8).toISOString(),
  mailed: false,
});
const signIn = ({ body }) => (body.password === 'wrong' ? refuse(401, 'wrong_password') : { name: me.name });
const later = (ms) => new Date(Date.now() + ms).toISOString();

const routes = {
  'GET /config.json': (_, { host }) => ({
    issuer: `http://${host}/auth`,
    client_id: 'satchel-web',
    scope: 'openid profile email offline_access',
    accounts: 'here',
    api: '/api/v1',
    version: 'mock',
    self_signup: settings.self_signup,
    mail: true,
  }),
  'GET /healthz': () => ({}),
  'GET /api/v1/me': whole,
  'PATCH /api/v1/me': (_, { body }) => Object.assign(me, body) && whole(),
  'GET /api/v1/folders/:id/entries': ({ id }, { query }) => folderPage(id, query),
  'POST /api/v1/folders': (_, { body }) => makeFolder(body),
  'GET /api/v1/entries/:id': ({ id }) => ({ ...find(id), path: [] }),
  'PATCH /api/v1/entries/:id': ({ id }, { body }) => change(find(id), body),
  'DELETE /api/v1/entries/:id': ({ id }) => void entries.set(id, { ...find(id), deleted: now() }),
  'POST /api/v1/entries/:id/copy': ({ id }, { body }) =>
    add(find(id).kind, body.parent, free(body.parent, find(id).name), {
      size: find(id).size,
      type: find(id).type,
    }),
  'POST /api/v1/entries/:id/restore': ({ id }) =>
    entries.set(id, { ...find(id), deleted: undefined }).get(id),
  'GET /api/v1/entries/:id/links': ({ id }, { host }) => ({
    links: [...links.values()]
      .filter((link) => link.entry === id)
      .map((link) => shownLink(link, host))
      .reverse(),
  }),
  'GET /api/v1/trash': () => ({ entries: [...entries.values()].filter((entry) => entry.deleted) }),
  'DELETE /api/v1/trash/:id': ({ id }) => void entries.delete(id),
  'DELETE /api/v1/trash': () =>
    [...entries.values()].forEach((entry) => entry.deleted && entries.delete(entry.id)),
  'POST /api/v1/downloads': (_, { body, host }) => download(find(body.entry), body.inline, host),
  'POST /api/v1/uploads': (_, { body, host }) => createUploads(body, host),
  'POST /api/v1/uploads/complete': (_, { body }) => ({
    results: body.uploads.map(({ id }) => ({ id, entry: complete(id) })),
  }),
  'POST /api/v1/uploads/:id/complete': ({ id }) => complete(id),
  'POST /api/v1/uploads/:id/parts': ({ id }, { body, host }) => ({
    parts: body.parts.map(({ number, checksum }) => {
      uploads.get(id)[`sum${number}`] = checksum;
      return { number, request: put(uploads.get(id), number, host) };
    }),
  }),
  'POST /api/v1/uploads/:id/put': ({ id }, { host }) => ({ put: put(uploads.get(id), 1, host) }),
  'GET /api/v1/uploads/:id': ({ id }) => {
    const upload = uploads.get(id) ?? refuse(404, 'not_found');
    const there = [...objects].filter(([key]) => key.startsWith(`${id}/`));
    const parts = there.map(([key, bytes]) => ({ number: Number(key.split('/')[1]), size: bytes.length }));
    return {
      ...upload,
      state: upload.entry ? 'done' : 'open',
      parts_present: parts.map((part) => ({ ...part, checksum: upload[`sum${part.number}`] })),
    };
  },
  'DELETE /api/v1/uploads/:id': ({ id }) => void uploads.delete(id),
  'GET /api/v1/links': (_, { host }) => ({
    links: [...links.values()].map((link) => shownLink(link, host)).reverse(),
  }),
  'POST /api/v1/links': (_, { body, host }) => shownLink(addLink(find(body.entry), body), host),
  'PATCH /api/v1/links/:id': ({ id }, { body, host }) => {
    for (const [name, value] of Object.entries(body)) findLink(id)[name] = value ?? undefined;
    return shownLink(findLink(id), host);
  },
  'DELETE /api/v1/links/:id': ({ id }) => void (findLink(id).revoked = now()),
  'GET /api/v1/public/links/:token': publicLink,
  'POST /api/v1/public/links/:token/unlock': ({ token }, { body }) =>
    findLink(token).password === body.password
      ? { ticket: `ticket-${token}`, expires: later(3.6e6) }
      : refuse(401, 'wrong_password'),
  'GET /api/v1/public/links/:token/entries': ({ token }, { query, request }) => {
    const link = openLink(token, request.headers['satchel-link-ticket']);
    return folderPage(query.get('folder') ?? link.entry, query, link.entry);
  },
  'POST /api/v1/public/links/:token/downloads': publicDownload,
  'GET /api/v1/tokens': () => ({ tokens: [...tokens.values()] }),
  'POST /api/v1/tokens': (_, { body }) => {
    const token = { id: newId(), created: now(), ...body };
    tokens.set(token.id, token);
    return { ...token, token: `st_${'a'.repeat(43)}` };
  },
  'DELETE /api/v1/tokens/:id': ({ id }) => void tokens.delete(id),
  'GET /api/v1/users': () => ({ users: [...users.values()] }),
  'POST /api/v1/users': (_, { body, host }) => {
    const user = {
      id: newId(),
      name: '',
      role: 'member',
      ...body,
      disabled: false,
      invited: true,
      created: now(),
      space: { limit: 100e9, used: 0 },
    };
    users.set(user.id, user);
    return { user, invitation: invitation(host, 'invite') };
  },
  'PATCH /api/v1/users/:id': ({ id }, { body }) => {
    const { limit, ...rest } = body;
    const user = Object.assign(users.get(id), rest);
    if (limit !== undefined) user.space.limit = limit;
    return user;
  },
  'POST /api/v1/users/:id/reset': (_, { host }) => invitation(host, 'reset'),
  'GET /api/v1/settings': () => settings,
  'PATCH /api/v1/settings': (_, { body }) => Object.assign(settings, body),
  'GET /auth/api/setup': () => ({ open: false }),
  'POST /auth/api/sign-in': (_, context) => signIn(context),
  'POST /auth/api/sign-out': () => undefined,
  'POST /auth/api/setup': (_, context) => signIn(context),
  'POST /auth/api/invitation': (_, context) => signIn(context),
  'POST /auth/api/invitation/check': () => ({ email: 'sam@example.org', name: 'Sam', kind: 'invitation' }),
  'POST /auth/api/reset': () => undefined,
  'POST /auth/api/reset-request': () => undefined,
  'POST /auth/api/password': () => undefined,
  'GET /auth/api/sessions': () => ({
    sessions: [session, { id: 's2', created: later(-9e8), client: 'satchel-cli', current: false }],
  }),
  'POST /auth/api/sessions/end-all': () => undefined,
  'DELETE /auth/api/sessions/:id': () => undefined,
  'POST /auth/revoke': () => ({}),
  ...provider,
};

const table = Object.entries(routes).map(([route, handle]) => {
  const [method, pattern] = route.split(' ');
  return { method, pattern: new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`), handle };
});

export function answerApi(request, url, raw, response) {
  const match = table.find(({ method, pattern }) => method === request.method && pattern.test(url.pathname));
  if (!match) return false;
  const params = match.pattern.exec(url.pathname).groups ?? {};
  const json = /json/.test(request.headers['content-type'] ?? '');
  const context = {
    request,
    response,
    url,
    query: url.searchParams,
    host: request.headers.host,
    body: json && raw.length ? JSON.parse(raw) : {},
  };
  try {
    const answer = match.handle(params, context);
    if (/sign-in|setup|invitation$/.test(url.pathname) && request.method === 'POST')
      response.setHeader('Set-Cookie', 'satchel_session=1; Path=/');
    if (answer === 302) response.writeHead(302).end();
    else if (answer === undefined) response.writeHead(204).end();
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    response
      .writeHead(error.status, { 'Content-Type': 'application/problem+json' })
      .end(JSON.stringify(error.body));
  }
  return true;
}
