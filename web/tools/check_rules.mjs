// SPDX-License-Identifier: Apache-2.0
// Rules of this front-end that no compiler knows: nothing that the CSP would block, licence lines, sizes, texts.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const problems = [];

function* walk(folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}

const sources = ['src', 'dev', 'tools', 'build', 'public'].flatMap((folder) => [...walk(folder)]);
const code = sources.filter(
  (path) => /\.(ts|js|mjs|svelte|css)$/.test(path) && !path.endsWith('schema.d.ts'),
);

const forbidden = [
  [/\{@html/, '{@html}: no markup from strings'],
  [/\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write\(/, 'markup from strings'],
  [/<[a-zA-Z][^>{}]*\sstyle="[^"{]*"/, 'style attribute: the CSP blocks it, use a class or style:name'],
  [/\beval\(|new Function\(/, 'code from strings'],
  [/https?:\/\/(?!localhost|www\.w3\.org|evil\.example)[a-z]/, 'an absolute host name'],
];

const maxLines = { '.svelte': 330, other: 350 };
for (const path of code) {
  const text = readFileSync(join(root, path), 'utf8');
  const lines = text.split('\n');
  if (!lines[0].includes('SPDX-License-Identifier: Apache-2.0')) problems.push(`${path}: no licence line`);
  if (lines.length > (path.endsWith('.svelte') ? maxLines['.svelte'] : maxLines.other)) {
    problems.push(`${path}: ${lines.length} lines`);
  }
  if (/^(tools|dev)\//.test(path) || path.endsWith('.test.ts')) continue;
  for (const [pattern, why] of forbidden) if (pattern.test(text)) problems.push(`${path}: ${why}`);
}

for (const page of ['index.html', 'link.html']) {
  const text = readFileSync(join(root, page), 'utf8');
  if (/<script(?![^>]*\ssrc=)/.test(text) || /<style|\sstyle=|\son\w+=/.test(text))
    problems.push(`${page}: inline script or style`);
}

/** Every text is used, and every key that stands in the code exists. */
const texts = JSON.parse(readFileSync(join(root, 'src/i18n/en.json'), 'utf8'));
const isPlural = (node) =>
  typeof node === 'object' &&
  'other' in node &&
  Object.keys(node).every((key) => /^(zero|one|two|few|many|other)$/.test(key));
function* keys(node, path = '') {
  for (const [name, value] of Object.entries(node)) {
    const key = path ? `${path}.${name}` : name;
    if (typeof value === 'string' || isPlural(value)) yield key;
    else yield* keys(value, key);
  }
}
const known = new Set(keys(texts));
const all = code
  .filter((path) => path.startsWith('src') && !path.endsWith('.test.ts'))
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .join('\n');
const dynamic = [...all.matchAll(/`([\w.]+\.)\$\{[^}]*\}([\w.]*)`/g)].map(([, head, tail]) => [head, tail]);
for (const key of known) {
  const quoted = all.includes(`'${key}'`) || all.includes(`"${key}"`);
  if (!quoted && !dynamic.some(([head, tail]) => key.startsWith(head) && key.endsWith(tail)))
    problems.push(`en.json: ${key} is not used`);
}
for (const [, key] of all.matchAll(/\bt\('([^']+)'/g))
  if (!known.has(key)) problems.push(`text ${key} is missing in en.json`);

const icons = new Set(readdirSync(join(root, 'src/icons')).map((name) => name.replace('.svg', '')));
for (const [, name] of all.matchAll(/<Icon name="([\w-]+)"/g))
  if (!icons.has(name)) problems.push(`icon ${name} is missing`);
const glyphs = /const glyphs[^{]*\{([^}]*)\}/.exec(all)[1];
for (const [, name] of glyphs.matchAll(/: '([\w-]+)'/g))
  if (!icons.has(name)) problems.push(`icon ${name} is missing`);
for (const [, name] of all.matchAll(/icon: '([\w-]+)'/g))
  if (!icons.has(name)) problems.push(`icon ${name} is missing`);
for (const icon of icons) {
  if (icon !== 'LICENSE' && !new RegExp(`['"]${icon}['"]`).test(all))
    problems.push(`icon ${icon} is not used`);
}

if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
