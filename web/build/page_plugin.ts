// SPDX-License-Identifier: Apache-2.0
// Puts into the HTML pages what must be there before any module runs: the icon sprite (one request less, no
// icons popping in) and the blocking theme script (no flash). Both are files of ours, so the CSP stays strict.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const iconFolder = join(import.meta.dirname, '../src/icons');
const themeFile = join(import.meta.dirname, '../src/theme.js');

function symbol(file: string): string {
  const svg = readFileSync(join(iconFolder, file), 'utf8');
  const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
  const viewBox = /viewBox="([^"]+)"/.exec(svg)?.[1] ?? '0 0 24 24';
  return `<symbol id="i-${file.replace('.svg', '')}" viewBox="${viewBox}">${body.replace(/\s*\n\s*/g, '')}</symbol>`;
}

function sprite(): string {
  const files = readdirSync(iconFolder).filter((name) => name.endsWith('.svg'));
  return `<svg class="sprite" aria-hidden="true" width="0" height="0">${files.sort().map(symbol).join('')}</svg>`;
}

export function pagePlugin(): Plugin {
  let served = false;
  const themePath = () => {
    const source = readFileSync(themeFile, 'utf8');
    return `assets/theme-${createHash('sha256').update(source).digest('hex').slice(0, 8)}.js`;
  };
  return {
    name: 'satchel-page',
    config: (_config, env) => {
      served = env.command === 'serve';
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: themePath(), source: readFileSync(themeFile, 'utf8') });
    },
    transformIndexHtml(html) {
      const theme = served ? '/src/theme.js' : `/${themePath()}`;
      return html
        .replace('<!--theme-->', `<script src="${theme}"></script>`)
        .replace('<!--sprite-->', sprite());
    },
  };
}
