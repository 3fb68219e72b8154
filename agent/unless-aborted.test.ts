import { expect, it } from "vitest";
import { unlessAborted } from "./unless-aborted.ts";

it("work is waited for until its signal aborts, however it ends then", async () => {
  const signal = new AbortController();
  expect(await unlessAborted(signal.signal, Promise.resolve(1))).toBe(1);
  await expect(unlessAborted(signal.signal, Promise.reject(new Error("no")))).rejects.toThrow("no");
  let fail: (error: Error) => void = () => {};
  const waiting = unlessAborted(
    signal.signal,
    new Promise((_, reject) => {
      fail = reject;
    }),
  );
  signal.abort();
  expect(await waiting).toBe("aborted");
  fail(new Error("nobody hears this"));
  expect(await unlessAborted(signal.signal, new Promise(() => {}))).toBe("aborted");
});
