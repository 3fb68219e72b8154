import { expect, test } from "vitest";
import { readResponseText } from "./read-response-text.ts";

const MEBIBYTE = 1024 * 1024;
const chunk = new Uint8Array(MEBIBYTE).fill(0x20);

/** Ends when `end` is called. */
function answer(mebibytes: number) {
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let i = 0; i < mebibytes; i++) controller.enqueue(chunk);
      end = () => controller.close();
    },
  });
  return { body, end: () => end() };
}

const lengthOf = async (mebibytes: number, cluster: string) => {
  const { body, end } = answer(mebibytes);
  end();
  return (await readResponseText(body, cluster))?.length;
};

test("HOOK-LARGE: a response of more than 16 MiB is refused", async () => {
  expect(await lengthOf(16, "one")).toBe(16 * MEBIBYTE);
  expect(await lengthOf(17, "one")).toBeUndefined();
});

test("HOOK-LARGE: a cluster may hold 64 MiB of responses at a time, in any number of calls", async () => {
  const slow = Array.from({ length: 4 }, () => answer(15));
  const read = slow.map(({ body }) => readResponseText(body, "many"));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await lengthOf(5, "many")).toBeUndefined();
  expect(await lengthOf(3, "many")).toBe(3 * MEBIBYTE);
  expect(await lengthOf(16, "other")).toBe(16 * MEBIBYTE);
  for (const { end } of slow) end();
  expect((await Promise.all(read)).map((text) => text?.length)).toEqual(Array(4).fill(15 * MEBIBYTE));
  expect(await lengthOf(16, "many")).toBe(16 * MEBIBYTE);
});

test("a truncated response releases its memory", async () => {
  const broken = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(chunk),
      pull: (controller) => controller.error(new Error("gone")),
    });
  for (let i = 0; i < 70; i++) await expect(readResponseText(broken(), "broken")).rejects.toThrow("gone");
  expect(await lengthOf(16, "broken")).toBe(16 * MEBIBYTE);
});
