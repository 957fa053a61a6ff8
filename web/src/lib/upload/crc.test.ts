// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { combine, crc, crc32c, crc64nvme, toBase64, type Algorithm } from './crc';

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const ascii = (text: string) => new TextEncoder().encode(text);

function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0, state = 12345; at < length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** Bit by bit, straight from the definition. */
function slowly(bits: bigint, poly: bigint, bytes: Uint8Array): string {
  const ones = (1n << bits) - 1n;
  let value = ones;
  for (const byte of bytes) {
    value ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ poly : value >> 1n;
  }
  return (value ^ ones).toString(16).padStart(Number(bits) / 4, '0');
}

describe('checksums', () => {
  it('give the published check values', () => {
    expect(hex(crc32c(ascii('123456789')))).toBe('e3069283');
    expect(hex(crc64nvme(ascii('123456789')))).toBe('ae8b14860a799888');
  });

  it('agree with the definition for every length around a step', () => {
    for (const length of [0, 1, 7, 8, 9, 15, 16, 17, 63, 100]) {
      const bytes = noise(length);
      expect(hex(crc32c(bytes))).toBe(slowly(32n, 0x82f63b78n, bytes));
      expect(hex(crc64nvme(bytes))).toBe(slowly(64n, 0x9a6c9329ac4bc9b5n, bytes));
    }
  });

  it.each<Algorithm>(['crc32c', 'crc64nvme'])('of parts combine to that of the whole (%s)', (algorithm) => {
    const whole = noise(100_003);
    const cuts = [0, 30_000, 60_000, 90_000, 100_003];
    const parts = cuts.slice(1).map((end, index) => {
      const bytes = whole.subarray(cuts[index], end);
      return { checksum: toBase64(crc(algorithm, bytes)), size: bytes.length };
    });
    expect(combine(algorithm, parts)).toBe(toBase64(crc(algorithm, whole)));
  });
});
