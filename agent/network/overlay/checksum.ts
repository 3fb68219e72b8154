/**
 * The kernel leaves the checksums of packets from its own machine to the network card, and relayed frames pass no card.
 * Where the kernel stopped after the pseudo header, the rest is added here. Pure, except that it modifies the frame.
 */

const ETHERNET_TYPE = 8 + 12;
const NETWORK = ETHERNET_TYPE + 2;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const IPV6_HEADER = 40;
/** The offset of the checksum in its header, by protocol. */
const FIELD: Readonly<Record<number, number>> = { 6: 16, 17: 6 };

/** The one's complement sum of 16-bit words; the last may be half. */
function sumOf(bytes: Buffer, start: number, end: number): number {
  let sum = 0;
  let at = start;
  for (; at + 1 < end; at += 2) sum += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  return at < end ? sum + ((bytes[at] as number) << 8) : sum;
}

function folded(sum: number): number {
  let left = sum;
  while (left > 0xffff) left = (left & 0xffff) + Math.floor(left / 0x10000);
  return left;
}

interface Segment {
  readonly protocol: number;
  readonly start: number;
  readonly end: number;
  readonly addresses: number;
}

function segmentOf(frame: Buffer): Segment | undefined {
  if (frame.length < NETWORK + IPV6_HEADER) return undefined;
  const type = frame.readUInt16BE(ETHERNET_TYPE);
  if (type === IPV4) {
    const isFragment = (frame.readUInt16BE(NETWORK + 6) & 0x3fff) !== 0;
    const start = NETWORK + (frame.readUInt8(NETWORK) & 15) * 4;
    const end = NETWORK + frame.readUInt16BE(NETWORK + 2);
    if (isFragment || end > frame.length) return undefined;
    return { protocol: frame.readUInt8(NETWORK + 9), start, end, addresses: sumOf(frame, NETWORK + 12, NETWORK + 20) };
  }
  if (type !== IPV6) return undefined;
  const start = NETWORK + IPV6_HEADER;
  const end = start + frame.readUInt16BE(NETWORK + 4);
  if (end > frame.length) return undefined;
  return { protocol: frame.readUInt8(NETWORK + 6), start, end, addresses: sumOf(frame, NETWORK + 8, start) };
}

/** A VXLAN frame with TCP or UDP over IP. */
export function completeChecksum(frame: Buffer): void {
  const segment = segmentOf(frame);
  const field = segment && FIELD[segment.protocol];
  if (segment === undefined || field === undefined) return;
  const { protocol, start, end, addresses } = segment;
  if (start + field + 2 > end) return;
  const pseudo = folded(addresses + protocol + (end - start));
  if (frame.readUInt16BE(start + field) !== pseudo) return;
  // The field already contains the sum of the pseudo header, as required.
  const sum = ~folded(sumOf(frame, start, end)) & 0xffff;
  frame.writeUInt16BE(sum === 0 && protocol === 17 ? 0xffff : sum, start + field);
}
