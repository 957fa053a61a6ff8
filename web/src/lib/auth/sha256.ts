// SPDX-License-Identifier: Apache-2.0
// SHA-256 for the PKCE challenge where WebCrypto is missing: pages over plain http on another host than localhost.

const round = new Uint32Array(64);
const initial = new Uint32Array(8);

function fill(): void {
  let found = 0;
  for (let candidate = 2; found < 64; candidate++) {
    let prime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor++)
      if (candidate % divisor === 0) prime = false;
    if (!prime) continue;
    if (found < 8) initial[found] = (candidate ** 0.5 % 1) * 2 ** 32;
    round[found++] = (candidate ** (1 / 3) % 1) * 2 ** 32;
  }
}

const turn = (x: number, by: number) => (x >>> by) | (x << (32 - by));

export function sha256(text: string): Uint8Array {
  if (!round[0]) fill();
  const input = new TextEncoder().encode(text);
  const padded = new Uint8Array((Math.floor((input.length + 8) / 64) + 1) * 64);
  padded.set(input);
  padded[input.length] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, input.length * 8);
  const state = initial.slice();
  for (let at = 0; at < padded.length; at += 64) block(state, new DataView(padded.buffer, at, 64));
  const out = new Uint8Array(32);
  const view = new DataView(out.buffer);
  state.forEach((word, index) => view.setUint32(index * 4, word));
  return out;
}

function block(state: Uint32Array, data: DataView): void {
  const w = new Uint32Array(64);
  for (let i = 0; i < 64; i++) {
    if (i < 16) w[i] = data.getUint32(i * 4);
    else {
      const a = w[i - 15]!;
      const b = w[i - 2]!;
      const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
      const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
      w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
    }
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let i = 0; i < 64; i++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + round[i]! + w[i]!) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => (state[index] = state[index]! + word));
}

/** The S256 challenge of a code verifier (RFC 7636). */
export function challengeOf(verifier: string): string {
  const base64 = btoa(String.fromCharCode(...sha256(verifier)));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
