/** The names by which DNS looks up an address. */
const IPV4 = ".in-addr.arpa";
const IPV6 = ".ip6.arpa";

/** `5.0.244.10.in-addr.arpa` */
export function addressOfReverseName(name: string): string | undefined {
  if (name.endsWith(IPV4)) {
    const bytes = name.slice(0, -IPV4.length).split(".").reverse();
    return bytes.length === 4 ? bytes.join(".") : undefined;
  }
  if (!name.endsWith(IPV6)) return undefined;
  const nibbles = name.slice(0, -IPV6.length).split(".").reverse().join("");
  if (!/^[0-9a-f]{32}$/.test(nibbles)) return undefined;
  const words = nibbles.match(/.{4}/g) ?? [];
  // URLs use the shortest form of an address, like the API.
  return new URL(`http://[${words.join(":")}]`).hostname.slice(1, -1);
}
