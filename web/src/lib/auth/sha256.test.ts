// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { challengeOf, sha256 } from './sha256';

it('agrees with another implementation around every block border', () => {
  for (const length of [0, 1, 43, 55, 56, 63, 64, 65, 128, 200]) {
    const text = 'x'.repeat(length);
    expect(Buffer.from(sha256(text)).toString('hex')).toBe(createHash('sha256').update(text).digest('hex'));
  }
});

it('makes the challenge of RFC 7636, appendix B', () => {
  expect(challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  );
});
