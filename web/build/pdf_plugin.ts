// SPDX-License-Identifier: Apache-2.0
// Lays beside the scripts what pdf.js fetches as it needs it: character maps, the standard fonts, a decoder for JPEG 2000.
// The version stands in the path, so that they may be cached for ever.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const pdfjs = join(import.meta.dirname, '../node_modules/pdfjs-dist');
const { version } = JSON.parse(readFileSync(join(pdfjs, 'package.json'), 'utf8')) as { version: string };
const kept: Record<string, RegExp> = {
  cmaps: /\.bcmap$/,
  standard_fonts: /\.pfb$/,
  wasm: /_nowasm_fallback\.js$/,
};

const pdfFolder = `assets/pdfjs-${version}`;

export function pdfPlugin(): Plugin {
  return {
    name: 'satchel-pdf',
    config: () => ({ define: { __PDF_FOLDER__: JSON.stringify(`/${pdfFolder}`) } }),
    generateBundle() {
      for (const [folder, wanted] of Object.entries(kept)) {
        for (const name of readdirSync(join(pdfjs, folder)).filter((one) => wanted.test(one))) {
          const source = readFileSync(join(pdfjs, folder, name));
          this.emitFile({ type: 'asset', fileName: `${pdfFolder}/${folder}/${name}`, source });
        }
      }
    },
  };
}
