/**
 * The name of a key's files, 16 hexadecimal digits. Names do not have to resist forgery, because an entry contains its whole key;
 * and `node:crypto` alone would take a tenth of Node's start to load, a cryptographic hash of our own half of that again in V8's
 * interpreter. This is cyrb53 with all of its 64 bits.
 */
export function entryName(key: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < key.length; index += 1) {
    const code = key.charCodeAt(index);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  const mixed = [Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)];
  mixed.push(Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35));
  return mixed.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
