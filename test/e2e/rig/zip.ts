import { inflateRawSync } from "node:zlib";

/** The file at that path in a zip archive (APPNOTE 4.3: stored or deflated, no zip64); undefined if there is none. */
export function readZipEntry(archive: Buffer, path: string): Buffer | undefined {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    const nameLength = archive.readUInt16LE(at + 28);
    if (archive.toString("utf8", at + 46, at + 46 + nameLength) === path) {
      const compressed = archive.readUInt16LE(at + 10) === 8;
      const size = archive.readUInt32LE(at + 20);
      const header = archive.readUInt32LE(at + 42);
      const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
      const bytes = archive.subarray(start, start + size);
      return compressed ? inflateRawSync(bytes) : bytes;
    }
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return undefined;
}
