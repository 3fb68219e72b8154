import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameSplitter } from "./frame-splitter.ts";

test("frames are found wherever the stream is cut", () => {
  const frames = fc.array(fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(frames, fc.array(fc.nat({ max: 40 })), (sent, cuts) => {
      const stream = sent.flatMap((frame) => [0, 0, frame.length >>> 8, frame.length & 0xff, ...frame]);
      const splitter = new FrameSplitter();
      const received: Uint8Array[] = [];
      for (const cut of cuts) received.push(...splitter.push(Uint8Array.from(stream.splice(0, cut))));
      received.push(...splitter.push(Uint8Array.from(stream)));
      expect(received.map((frame) => [...frame])).toEqual(sent.map((frame) => [...frame]));
    }),
  );
});
