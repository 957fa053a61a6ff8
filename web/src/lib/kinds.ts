// SPDX-License-Identifier: Apache-2.0
// What kind of file a name and a media type tell of: for its icon, and for how it may be shown.

export type Kind =
  'folder' | 'image' | 'video' | 'audio' | 'text' | 'pdf' | 'sheet' | 'slides' | 'archive' | 'code' | 'other';

const byExtension: Record<string, Kind> = {};
const extensions: [Kind, string][] = [
  ['image', 'png jpg jpeg gif webp avif bmp ico heic heif tif tiff svg psd raw cr2 nef dng'],
  ['video', 'mp4 m4v mov webm mkv avi ogv mpg mpeg wmv'],
  ['audio', 'mp3 m4a aac ogg oga opus flac wav weba aif aiff'],
  ['pdf', 'pdf'],
  ['sheet', 'xls xlsx ods csv tsv numbers'],
  ['slides', 'ppt pptx odp key'],
  ['archive', 'zip tar gz tgz bz2 xz zst 7z rar jar deb rpm iso dmg'],
  [
    'code',
    'js ts jsx tsx c h cc cpp hpp rs go py rb java kt swift sh html htm css json xml yaml yml toml sql svelte',
  ],
  ['text', 'txt md markdown rst log doc docx odt rtf epub tex srt ini conf'],
];
for (const [kind, list] of extensions) for (const extension of list.split(' ')) byExtension[extension] = kind;

export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}

export function kindOf(entry: { kind?: string; name: string; type?: string }): Kind {
  if (entry.kind === 'folder') return 'folder';
  const known = byExtension[extensionOf(entry.name)];
  if (known) return known;
  const type = entry.type ?? '';
  const family = type.split('/')[0];
  if (family === 'image' || family === 'video' || family === 'audio' || family === 'text') return family;
  return type === 'application/pdf' ? 'pdf' : 'other';
}

export type Preview = 'image' | 'video' | 'audio' | 'text' | 'pdf';

const rasters = /^image\/(png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)$/;

/**
 * How a file may be shown, by the type that the store will answer with: nothing that can hold a script (HTML, SVG,
 * XML) is ever shown, but as text where the store says it is text/plain.
 */
export function previewOf(type: string): Preview | undefined {
  const plain = type.split(';')[0]!.trim().toLowerCase();
  if (rasters.test(plain)) return 'image';
  if (/^video\/(mp4|webm|ogg|quicktime)$/.test(plain)) return 'video';
  if (/^audio\//.test(plain)) return 'audio';
  if (plain === 'text/plain') return 'text';
  if (plain === 'application/pdf') return 'pdf';
  return undefined;
}

/** Where it is worth asking the store for a type that can be shown. */
export function mayPreview(entry: { kind?: string; name: string; type?: string }): boolean {
  const extension = extensionOf(entry.name);
  if (/^(svg|html?|xml|heic|heif|tiff?|psd|docx?|odt|rtf|epub)$/.test(extension)) return false;
  return /^[ct]sv$/.test(extension) || /^(image|video|audio|pdf|text|code)$/.test(kindOf(entry));
}
