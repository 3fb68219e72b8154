import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { hmacSha256, sha256 } from "./hmac-sha256.ts";

it("digests and signatures equal those of the platform", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 100 }), (message, key) => {
      expect(Buffer.from(sha256(message)).toString("hex")).toBe(createHash("sha256").update(message).digest("hex"));
      expect(Buffer.from(hmacSha256(key, message)).toString("hex")).toBe(
        createHmac("sha256", key).update(message).digest("hex"),
      );
    }),
  );
});
