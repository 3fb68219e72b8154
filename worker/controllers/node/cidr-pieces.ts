/** How the pods' range is divided among nodes, in order. */

/** kube-controller-manager's. */
const NODE_BITS = { 4: 24, 6: 64 } as const;

export function* cidrPieces(range: string, taken: ReadonlySet<string>): Generator<string, undefined> {
  const [base = "", bits = "0"] = range.split("/");
  const family = base.includes(":") ? 6 : 4;
  for (let piece = 0; piece < 2 ** Math.max(0, NODE_BITS[family] - Number(bits)); piece++) {
    const cidr = `${family === 6 ? ipv6Piece(base, piece) : ipv4Piece(base, piece)}/${NODE_BITS[family]}`;
    if (!taken.has(cidr)) yield cidr;
  }
  return undefined;
}

function ipv4Piece(base: string, piece: number): string {
  const [a = 0, b = 0, c = 0] = base.split(".").map(Number);
  const number = a * 65536 + b * 256 + c + piece;
  return `${number >> 16}.${(number >> 8) & 255}.${number & 255}.0`;
}

/**
 * `fd00:10:244::` and 3 make `fd00:10:244:3::`: piece numbers go into the fourth group, which a cluster's range leaves
 * partly free.
 */
function ipv6Piece(base: string, piece: number): string {
  const words = base.replace(/::$/, "").split(":");
  const fourth = Number.parseInt(words[3] ?? "0", 16) + piece;
  return `${words.slice(0, 3).join(":")}${fourth === 0 ? "" : `:${fourth.toString(16)}`}::`;
}
