/** Parses the addresses and aliases in another resolver's answer. */
import { type ResourceRecord, TYPES } from "./message.ts";

/** Also returns where the name ends; fails on invalid pointers. */
function readName(message: Buffer, start: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let end: number | undefined;
  let at = start;
  for (let steps = 0; steps < 128; steps++) {
    const length = message.readUInt8(at);
    if (length === 0) return { name: labels.join("."), end: end ?? at + 1 };
    if (length >= 0xc0) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
      continue;
    }
    labels.push(message.toString("latin1", at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  throw new Error("a name without an end");
}

export function parseAddresses(message: Buffer): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  let at = readName(message, 12).end + 4;
  for (let left = message.readUInt16BE(6); left > 0; left--) {
    const { name, end } = readName(message, at);
    const type = message.readUInt16BE(end);
    const ttl = message.readUInt32BE(end + 4);
    const length = message.readUInt16BE(end + 8);
    const data = message.subarray(end + 10, end + 10 + length);
    if (type === TYPES.A && length === 4) records.push({ name, ttl, type: "A", address: [...data].join(".") });
    else if (type === TYPES.AAAA && length === 16)
      records.push({ name, ttl, type: "AAAA", address: (data.toString("hex").match(/.{4}/g) ?? []).join(":") });
    else if (type === TYPES.CNAME) records.push({ name, ttl, type: "CNAME", target: readName(message, end + 10).name });
    at = end + 10 + length;
  }
  return records;
}
