import { expect, test } from "vitest";
import { LongReads } from "./long-reads.ts";

/** A stream that fills each buffer that it is given, up to so many bytes; with the lengths of the buffers. */
function open(fill: (length: number) => number) {
  const asked: number[] = [];
  const stream = new ReadableStream({
    type: "bytes",
    pull({ byobRequest }) {
      const view = byobRequest?.view;
      if (!view) return;
      asked.push(view.byteLength);
      byobRequest.respond(fill(view.byteLength));
    },
  });
  return { reads: new LongReads(stream), asked };
}

test("TUNNEL-WINDOW: reads grow while the stream fills them, and one without much news holds little memory", async () => {
  let most = Number.POSITIVE_INFINITY;
  const { reads, asked } = open((length) => Math.min(length, most));
  for (let i = 0; i < 5; i++) await reads.read();
  most = 10;
  for (let i = 0; i < 2; i++) expect(await reads.read()).toHaveLength(10);
  expect(asked).toEqual([4, 16, 64, 128, 128, 128, 4].map((kib) => kib * 1024));
});

test("what is there is read at once, then the end", async () => {
  const { reads } = open(() => 1);
  expect(await reads.read()).toHaveLength(1);
  const ended = new LongReads(new Blob(["all"]).stream());
  expect([await ended.read(), await ended.read()]).toEqual([new Uint8Array([97, 108, 108]), undefined]);
});
