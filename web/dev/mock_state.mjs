// SPDX-License-Identifier: Apache-2.0
// The mock's table: entries, uploads, links, people; with something to look at from the start.
import { objects } from './mock_objects.mjs';

let count = 0;
export const newId = () => String(++count).padStart(22, '0');
export const now = () => new Date().toISOString();
const ago = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString();

export const entries = new Map();
export const uploads = new Map();
export const links = new Map();
export const tokens = new Map();
export const users = new Map();

export function add(kind, parent, name, more = {}) {
  const entry = { id: newId(), kind, name, parent, created: now(), modified: now(), ...more };
  entries.set(entry.id, entry);
  return entry;
}

export const root = add('folder', undefined, '');
export const me = { id: newId(), email: 'mira@example.org', name: 'Mira Castellan', role: 'admin' };
users.set(me.id, {
  ...me,
  disabled: false,
  invited: false,
  created: ago(2000),
  space: { limit: 200e9, used: 0 },
});
const person = (email, name, more) => {
  const user = {
    id: newId(),
    email,
    name,
    role: 'member',
    disabled: false,
    invited: false,
    created: ago(900),
    ...more,
  };
  users.set(user.id, { space: { limit: 100e9, used: 12.4e9 }, ...user });
};
person('tomas@example.org', 'Tomáš Novotný', {});
person('aiko@example.org', 'Aiko Watanabe', { role: 'admin' });
person('sam@example.org', '', { invited: true, space: { limit: 100e9, used: 0 } });

const file = (parent, name, size, type, hours, bytes) => {
  const entry = add('file', parent.id, name, {
    size: bytes?.length ?? size,
    type,
    modified: ago(hours),
    revision: 1,
  });
  if (bytes) objects.set(entry.id, bytes);
  return entry;
};
const picture = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 10"><rect width="16" height="10" fill="#e9b97c"/></svg>',
);
const folder = (parent, name, hours) => add('folder', parent.id, name, { modified: ago(hours) });

const shoot = folder(root, 'Autumn shoot 2026', 3);
folder(root, 'Contracts', 90);
folder(root, 'Site plans', 300);
folder(root, 'Music', 2000);
file(root, 'Annual report 2026.pdf', 4_812_331, 'application/pdf', 5);
file(root, 'Budget Q4.xlsx', 83_112, 'application/vnd.ms-excel', 20);
file(root, 'Interview – final cut.mp4', 1_932_735_283, 'video/mp4', 26);
file(root, 'Keynote slides.pptx', 28_311_552, 'application/vnd.ms-powerpoint', 50);
file(root, 'Logo.svg', 0, 'image/svg+xml', 700, picture);
file(
  root,
  'Meeting notes.md',
  0,
  'text/markdown',
  1,
  Buffer.from('# Notes\n\n- Ship it.\n- Then rest.\n'.repeat(40)),
);
file(root, 'Podcast – episode 12.mp3', 58_720_256, 'audio/mpeg', 120);
file(root, 'backup-2026-11-01.tar.zst', 12_884_901_888, 'application/zstd', 560);
file(root, 'inventory.json', 0, 'application/json', 9000, Buffer.from('{ "satchels": 3 }\n'));
for (let n = 1; n <= 48; n++) {
  file(shoot, `DSC_${4100 + n}.jpg`, 900_000 + ((n * 7919) % 300_000), 'image/jpeg', n);
}
folder(shoot, 'Selects', 2);
const many = Number(process.env.MOCK_MANY ?? 0);
const large = many ? folder(root, 'Ten thousand', 1) : undefined;
for (let n = 1; n <= many; n++) file(large, `file ${n}.txt`, n * 1000, 'text/plain', n % 500);
add('file', root.id, 'Old draft.docx', { size: 402_331, modified: ago(900), deleted: ago(30) });
add('folder', root.id, 'Unsorted', { modified: ago(800), deleted: ago(50) });

export function addLink(entry, settings) {
  const token = Math.random().toString(36).slice(2).padEnd(22, 'x');
  const link = {
    ...{ id: newId().padEnd(43, '_'), entry: entry.id, kind: entry.kind, created: now() },
    ...{ downloads: 0, opened: 0, token, password: settings.password },
    ...{ expires: settings.expires, max_downloads: settings.max_downloads, revoked: settings.revoked },
  };
  links.set(link.id, link);
  entry.shared = true;
  return link;
}
const soon = new Date(Date.now() + 6.4 * 86_400_000).toISOString();
Object.assign(addLink(shoot, { expires: soon }), { token: 'demo-folder', opened: 14, downloads: 6 });
const first = (name) => [...entries.values()].find((entry) => entry.name === name);
Object.assign(addLink(first('Annual report 2026.pdf'), { expires: soon, max_downloads: 5 }), {
  token: 'demo-limited',
  downloads: 2,
});
Object.assign(addLink(first('Meeting notes.md'), {}), { token: 'demo-notes', opened: 3, downloads: 1 });
Object.assign(addLink(first('Budget Q4.xlsx'), { password: 'sesame', expires: soon }), {
  token: 'demo-password',
});
Object.assign(addLink(first('Logo.svg'), { expires: ago(2) }), { token: 'demo-expired' });
Object.assign(addLink(first('Logo.svg'), { max_downloads: 1 }), { token: 'demo-spent', downloads: 1 });
Object.assign(addLink(first('Logo.svg'), { revoked: ago(1) }), { token: 'demo-revoked' });
