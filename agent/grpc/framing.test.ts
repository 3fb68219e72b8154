import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frame, MAX_MESSAGE_BYTES, MessageReader } from "./framing.ts";

describe("gRPC messages", () => {
  it("are reassembled from chunks of any size", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), fc.infiniteStream(fc.nat(9)), (messages, sizes) => {
        const found: number[][] = [];
        const reader = new MessageReader((message) => found.push([...message]));
        const bytes = Buffer.concat(messages.map(frame));
        for (let at = 0; at < bytes.length; ) {
          const size = 1 + (sizes.next().value ?? 0);
          reader.read(bytes.subarray(at, at + size));
          at += size;
        }
        expect(found).toEqual(messages.map((message) => [...message]));
      }),
    );
  });

  it("AGENT-STANDS: are not collected if they announce too great a length", () => {
    const reader = new MessageReader(() => {});
    const announced = (length: number) => Buffer.from([0, length >> 24, length >> 16, length >> 8, length]);
    expect(reader.read(announced(MAX_MESSAGE_BYTES))).toBeUndefined();
    expect(new MessageReader(() => {}).read(announced(MAX_MESSAGE_BYTES + 1))).toContain("larger than max");
  });
});
