// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { findPage, matchPath, safeContinue } from './router';

it('patterns match step by step', () => {
  expect(matchPath('/files/:id', '/files/abc')).toEqual({ id: 'abc' });
  expect(matchPath('/files/:id', '/files/abc/')).toEqual({ id: 'abc' });
  expect(matchPath('/files/:id', '/files')).toBeUndefined();
  expect(matchPath('/files/:id', '/files/a/b')).toBeUndefined();
  expect(matchPath('/files/:id', '/files/%E0%A4%A')).toBeUndefined();
  expect(matchPath('/', '/')).toEqual({});
});

it('the first route that fits wins', () => {
  const routes: [string, string][] = [
    ['/files', 'root'],
    ['/files/:id', 'folder'],
  ];
  expect(findPage(routes, '/files')?.page).toBe('root');
  expect(findPage(routes, '/files/x')).toEqual({ page: 'folder', params: { id: 'x' } });
  expect(findPage(routes, '/nowhere')).toBeUndefined();
});

it('sign-in goes on to our own authorization endpoint only', () => {
  expect(safeContinue('?continue=%2Fauth%2Fauthorize%3Fa%3D1')).toBe('/auth/authorize?a=1');
  for (const bad of [
    'https://evil.example/',
    '//evil.example/auth/authorize?',
    '/\\evil',
    '/files',
    '/auth/authorize',
  ])
    expect(safeContinue(`?continue=${encodeURIComponent(bad)}`)).toBeUndefined();
  expect(safeContinue('')).toBeUndefined();
});
