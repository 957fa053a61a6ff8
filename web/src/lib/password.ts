// SPDX-License-Identifier: Apache-2.0
// Passwords that are easy to read out: four groups of four from an alphabet without look-alikes, 79 bits.

const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

export function generatePassword(random: (bytes: Uint8Array) => Uint8Array = fromBrowser): string {
  const chars: string[] = [];
  while (chars.length < 16) {
    for (const byte of random(new Uint8Array(32))) {
      // Bytes past the last whole multiple would favour the first letters.
      if (byte < 256 - (256 % alphabet.length) && chars.length < 16)
        chars.push(alphabet[byte % alphabet.length]!);
    }
  }
  return chars.join('').replace(/(.{4})(?=.)/g, '$1-');
}

function fromBrowser(bytes: Uint8Array): Uint8Array {
  return crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
}
