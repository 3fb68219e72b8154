import { expect, test } from "vitest";
import { CommitLane, type Submitted } from "./commit-lane.ts";
import type { CommitResult } from "./store.ts";

const accepted: CommitResult = { ok: true, revisions: [] };

/** A lane whose calls the test ends, recording what submitters were told. */
function open() {
  const lane = new CommitLane();
  const calls: PromiseWithResolvers<void>[] = [];
  const heard: string[] = [];
  const call = (now = 0) =>
    lane.call(now, () => {
      const made = Promise.withResolvers<void>();
      calls.push(made);
      return made.promise;
    });
  const waiting = (name: string): Submitted => ({
    request: { writes: [] },
    resolve: () => heard.push(`${name} answered`),
    fail: (error) => heard.push(`${name} failed: ${error}`),
  });
  const submit = (name: string, now = 0): Promise<void> | undefined => {
    lane.submit(waiting(name));
    return call(now);
  };
  const tell = (taken: readonly Submitted[]) => {
    for (const submitted of taken) {
      lane.done(submitted);
      submitted.resolve(accepted);
    }
  };
  return { lane, calls, heard, call, waiting, submit, tell };
}

test("STORE-LANE: the first waiting commit makes one call for all that arrive before the object takes them", () => {
  const { lane, calls, heard, submit, tell } = open();
  expect([submit("a"), submit("b")].map((call) => call !== undefined)).toEqual([true, false]);
  tell(lane.take());
  expect(heard).toEqual(["a answered", "b answered"]);
  submit("c");
  expect(calls).toHaveLength(2);
  tell(lane.take());
  expect(heard.at(-1)).toBe("c answered");
});

test("STORE-LANE: a broken object fails the commits that it took, and none that was answered", async () => {
  const { lane, calls, heard, submit, tell } = open();
  const first = submit("a");
  tell(lane.take());
  submit("b");
  lane.take();
  calls[0]?.reject("broken");
  await first;
  expect(heard).toEqual(["a answered", "b failed: broken"]);
});

test("STORE-LANE: a failed call fails its waiting commits, and the next commit calls again", async () => {
  const { lane, calls, heard, submit, tell } = open();
  const first = submit("a");
  submit("b");
  calls[0]?.reject("unreachable");
  await first;
  expect(heard).toEqual(["a failed: unreachable", "b failed: unreachable"]);
  expect(submit("c")).toBeDefined();
  tell(lane.take());
  expect(heard.at(-1)).toBe("c answered");
});

test("STORE-LANE: commits that wait for a later call do not fail with an earlier one", async () => {
  const { lane, calls, heard, submit, tell } = open();
  const first = submit("a");
  lane.take();
  submit("b");
  calls[0]?.reject("broken");
  await first;
  expect(heard).toEqual(["a failed: broken"]);
  tell(lane.take());
  expect(heard.at(-1)).toBe("b answered");
});

test("STORE-LANE: a waiting commit repeats a call that was cancelled with its request", () => {
  const { lane, calls, heard, call, submit, tell } = open();
  submit("a");
  expect(call(99)).toBeUndefined();
  expect(call(100)).toBeDefined();
  expect(submit("b", 199)).toBeUndefined();
  expect(submit("c", 200)).toBeDefined();
  tell(lane.take());
  expect(heard).toEqual(["a answered", "b answered", "c answered"]);
  expect(call(300)).toBeUndefined();
  expect(calls).toHaveLength(3);
});

test("STORE-LANE: a restarted object fails the commits that its predecessor took", () => {
  const { lane, heard, call, submit } = open();
  submit("a");
  lane.take();
  submit("b");
  lane.begin();
  expect(heard).toEqual(["a failed: Error: the store has begun again"]);
  expect(lane.take()).toHaveLength(1);
  expect(call()).toBeDefined();
});

test("STORE-LANE: a commit withdrawn before it was taken is never written", () => {
  const { lane, waiting, submit } = open();
  const withdrawn = waiting("a");
  lane.submit(withdrawn);
  submit("b");
  lane.withdraw(withdrawn);
  expect(lane.take()).toHaveLength(1);
});
