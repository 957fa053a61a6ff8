// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { kindOf, mayPreview, previewOf } from './kinds';
import { linkState } from './actions/links';
import { generatePassword } from './password';
import type { Link } from './api/client';

it('a kind comes from the extension, else from the media type', () => {
  expect(kindOf({ kind: 'folder', name: 'a.png' })).toBe('folder');
  expect(kindOf({ name: 'Photo.JPG' })).toBe('image');
  expect(kindOf({ name: 'noextension', type: 'video/mp4' })).toBe('video');
  expect(kindOf({ name: '.gitignore' })).toBe('other');
});

it('nothing that can hold a script is ever shown', () => {
  for (const type of [
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/xml',
    'application/javascript',
    '',
  ])
    expect(previewOf(type)).toBeUndefined();
  expect(mayPreview({ name: 'x.svg' })).toBe(false);
  expect(mayPreview({ name: 'x.html' })).toBe(false);
});

it('raster images, audio, video, text and PDF are', () => {
  expect(previewOf('image/png')).toBe('image');
  expect(previewOf('text/plain; charset=utf-8')).toBe('text');
  expect(previewOf('application/pdf')).toBe('pdf');
  expect(previewOf('audio/flac')).toBe('audio');
});

it('tables are shown where they are text', () => {
  expect(mayPreview({ name: 'sums.csv' })).toBe(true);
  expect(mayPreview({ name: 'SUMS.TSV', type: 'text/plain' })).toBe(true);
  expect(mayPreview({ name: 'sums.xlsx' })).toBe(false);
});

it('generated passwords are long, readable and without bias', () => {
  expect(generatePassword()).toMatch(/^[a-km-np-z2-9]{4}(-[a-km-np-z2-9]{4}){3}$/);
  const rejected = generatePassword((bytes) => bytes.fill(255).fill(0, 8));
  expect(rejected).toBe('aaaa-aaaa-aaaa-aaaa');
});

it('a link tells why it no longer opens', () => {
  const link = { downloads: 2, created: '', has_password: false } as Link;
  const now = Date.parse('2026-11-24T00:00:00Z');
  expect(linkState(link, now)).toBe('open');
  expect(linkState({ ...link, expires: '2026-11-24T00:00:00.000Z' }, now)).toBe('expired');
  expect(linkState({ ...link, max_downloads: 2 }, now)).toBe('spent');
  expect(linkState({ ...link, max_downloads: 3, revoked: '2026-11-23T00:00:00.000Z' }, now)).toBe('revoked');
});
