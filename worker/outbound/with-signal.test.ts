import { expect, test } from "vitest";
import { withSignal } from "./with-signal.ts";

const never = new Promise<void>(() => {});

test("waiting ends when the signal aborts, even if it did so before", async () => {
  const controller = new AbortController();
  const waiting = withSignal(never, controller.signal);
  controller.abort(new Error("too late"));
  await expect(waiting).rejects.toThrow("too late");
  await expect(withSignal(never, controller.signal)).rejects.toThrow("too late");
});

test("what is called may settle after that, and fail", async () => {
  const called = Promise.withResolvers<void>();
  await expect(withSignal(called.promise, AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
  called.reject(new Error("nobody waits for this"));
});
