import { crc32, gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { deflate, GZIP_HEADER, gzipTrailer, joinCrc } from "./gzip.ts";

test("separately compressed parts unpack to the whole text, with a valid checksum", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 6 }), (parts) => {
      const packed = parts.map(deflate);
      const crc = packed.reduce((joined, part) => joinCrc(joined, part), 0);
      const length = packed.reduce((sum, part) => sum + part.length, 0);
      const whole = Buffer.concat(parts);
      expect(crc).toBe(crc32(whole));
      const gzip = Buffer.concat([GZIP_HEADER, ...packed.map(({ bytes }) => bytes), gzipTrailer({ crc, length })]);
      expect(gunzipSync(gzip).equals(whole)).toBe(true);
    }),
  );
});
