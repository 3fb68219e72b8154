import { expect, test } from "vitest";
import { boundedBody } from "./bounded-body.ts";
import { Deadline } from "./deadline.ts";

const read = (request: Request, milliseconds = 1000) =>
  Deadline.during(milliseconds, (deadline) => boundedBody(request, { bytes: 10, deadline }));
const chunk = (length: number) => new Uint8Array(length).fill(97);
const post = (body: BodyInit, headers: Record<string, string> = {}) =>
  new Request("https://sailplane/", { method: "POST", body, headers, duplex: "half" } as RequestInit);

/** Yields chunks on demand; then ends, or stays open. */
function inChunks(lengths: number[], end: "ends" | "stays open" = "ends") {
  let given = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const length = lengths[given++];
      if (length !== undefined) controller.enqueue(chunk(length));
      else if (end === "ends") controller.close();
    },
  });
  return { request: post(body), given: () => given };
}

test("FAIR-BODY: a body up to the limit is read, in one chunk or several", async () => {
  expect(await read(new Request("https://sailplane/"))).toEqual(new Uint8Array());
  expect(await read(post(chunk(10), { "Content-Length": "10" }))).toEqual(chunk(10));
  expect(await read(inChunks([4, 6]).request)).toEqual(chunk(10));
});

test("FAIR-BODY: a larger body is not read to its end", async () => {
  expect(await read(post(chunk(11), { "Content-Length": "11" }))).toBe("too large");
  const endless = inChunks(Array.from({ length: 1000 }, () => 6));
  expect(await read(endless.request)).toBe("too large");
  expect(endless.given()).toBeLessThan(10);
});

test("FAIR-BODY: a body that does not arrive is abandoned", async () => {
  expect(await read(inChunks([4], "stays open").request, 10)).toBe("too slow");
});

test("FAIR-BODY: a truncated body is distinguished from a complete one", async () => {
  const breaking = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(chunk(4)),
      pull: (controller) => controller.error(new Error("Network connection lost.")),
    });
  expect(await read(post(breaking()))).toBe("broken");
  expect(await read(post(breaking(), { "Content-Length": "8" }))).toBe("broken");
});
