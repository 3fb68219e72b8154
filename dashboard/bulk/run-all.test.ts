import { expect, test } from "vitest";
import type { Outcome } from "../../client/api-client.ts";
import { runAll } from "./run-all.ts";

const ok: Outcome<unknown> = { ok: true, object: {} };
const refused = (message: string): Outcome<unknown> => ({
  ok: false,
  status: { metadata: {}, status: "Failure", message },
});
const never = new AbortController().signal;

test("a failure stops none of the others, and is kept with its object", async () => {
  const progress: number[] = [];
  const run = async (item: string) => {
    if (item === "c") throw new TypeError("Failed to fetch");
    return item === "b" ? refused("b is protected") : ok;
  };
  const result = await runAll(["a", "b", "c", "d"], {
    run,
    atOnce: 1,
    stop: never,
    onProgress: (now) => progress.push(now),
  });
  expect(result).toEqual({
    done: ["a", "d"].map((item) => ({ item, answer: {} })),
    failed: [
      { item: "b", problem: "b is protected" },
      { item: "c", problem: "The cluster does not answer: it may have been done or not." },
    ],
    left: [],
  });
  expect(progress).toEqual([1, 2, 3, 4]);
});

test("only so many run at once", async () => {
  let running = 0;
  let most = 0;
  const run = async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return ok;
  };
  const items = Array.from({ length: 50 }, (_, index) => index);
  const { done } = await runAll(items, { run, atOnce: 4, stop: never, onProgress: () => {} });
  expect({ done: done.length, most }).toEqual({ done: 50, most: 4 });
});

test("stopping ends what has begun and leaves the rest alone", async () => {
  const stopping = new AbortController();
  const run = async (item: number) => {
    if (item === 2) stopping.abort();
    return ok;
  };
  const result = await runAll([1, 2, 3, 4], { run, atOnce: 1, stop: stopping.signal, onProgress: () => {} });
  expect(result).toEqual({ done: [1, 2].map((item) => ({ item, answer: {} })), failed: [], left: [3, 4] });
});
