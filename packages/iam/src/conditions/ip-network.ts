/** An address as a number, and how many bits its family has. */
interface Address {
  readonly value: bigint;
  readonly bits: 32 | 128;
}

/**
 * Whether an address is in a network such as `203.0.113.0/24` or `2001:db8::/32`; families never match each other.
 *
 * @returns `undefined` when the network cannot be read.
 */
export function inNetwork(network: string, address: string): boolean | undefined {
  const [base = "", length, ...rest] = network.split("/");
  const from = parseAddress(base);
  if (!from || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  const prefix = length === undefined ? from.bits : Number(length);
  if (prefix > from.bits) return undefined;
  const given = parseAddress(address);
  if (!given || given.bits !== from.bits) return false;
  const ignored = BigInt(from.bits - prefix);
  return given.value >> ignored === from.value >> ignored;
}

function parseAddress(text: string): Address | undefined {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): Address | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return { value: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n), bits: 32 };
}

function parseV6(text: string): Address | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: Math.max(missing, 0) }, () => "0"), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return { value: groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n), bits: 128 };
}
