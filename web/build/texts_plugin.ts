// SPDX-License-Identifier: Apache-2.0
// `LOCALE.json?link` holds only the texts of the link page, so that strangers do not load those of the whole app.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const sections = ['common', 'units', 'link', 'zip', 'preview', 'problems', 'shared'];

export function textsPlugin(): Plugin {
  return {
    name: 'satchel-texts',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith('.json?link')) return null;
      const all = JSON.parse(readFileSync(id.replace('?link', ''), 'utf8')) as Record<string, unknown>;
      const some = Object.fromEntries(sections.map((section) => [section, all[section]]));
      return { code: `export default ${JSON.stringify(some)}`, moduleType: 'js' };
    },
  };
}
