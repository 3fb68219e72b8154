import { describe, expect, test } from "vitest";
import { renderFamilies } from "../../api/metrics/exposition.ts";
import type { Controller } from "../../worker/controllers/controller.ts";
import { WorkQueue } from "./work-queue.ts";

const queueOf = (paces: readonly Pick<Controller, "pace">[], now = () => 0) =>
  new WorkQueue(
    paces.map((pace, position) => ({ name: `controller-${position}`, ...pace })),
    now,
  );
const work = (item: string, controller = 0) => ({ controller, item });
const taken = (queue: WorkQueue): string[] => {
  const items: string[] = [];
  for (let next = queue.get(); next; next = queue.get()) items.push(next.item);
  return items;
};
const effect = { op: "delete", resource: "pods", namespace: "n", name: "p" } as const;
const conflict = { effect, code: 409, reason: "Conflict", message: "changed meanwhile" };

describe("the work queue of controllers", () => {
  test("holds each item once, and controllers take turns", () => {
    const queue = queueOf([{}, {}]);
    for (const item of ["a", "b", "a"]) queue.add(work(item));
    queue.add(work("x", 1));
    expect(taken(queue)).toEqual(["a", "x", "b"]);
  });

  test("CTL-ALONE: works on 64 of a controller's items at a time, however many of another's are waiting", () => {
    const queue = queueOf([{}, {}]);
    for (let i = 0; i < 65; i++) queue.add(work(String(i)));
    const [first = ""] = taken(queue);
    expect(queue.hasReady()).toBe(false);
    queue.add(work("x", 1));
    expect(taken(queue)).toEqual(["x"]);
    queue.done(work(first));
    expect(taken(queue)).toEqual(["64"]);
  });

  test("CTL-ONCE: queues an item touched during its work once more, after that work", () => {
    const queue = queueOf([{}]);
    queue.add(work("a"));
    const first = queue.get();
    queue.add(work("a"));
    queue.add(work("a"));
    expect(queue.get()).toBeUndefined();
    if (first) queue.done(first);
    expect(taken(queue)).toEqual(["a"]);
  });

  test("CTL-BACKOFF: returns a failed item after 5 ms, 10 ms, … 1,000 s, with the failure; success resets the delay", () => {
    const queue = queueOf([{}]);
    let now = 0;
    const waits: number[] = [];
    for (let attempt = 0; attempt < 20; attempt++) {
      queue.fail(work("a"), now, conflict);
      const due = queue.nextDue() ?? 0;
      waits.push(due - now);
      now = due;
      queue.wake(now);
      expect(queue.get()?.failure).toBe(conflict);
      queue.done(work("a"));
    }
    expect(waits.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(waits.at(-1)).toBe(1_000_000);
    queue.succeed(work("a"), {});
    queue.fail(work("a"), now, conflict);
    expect((queue.nextDue() ?? 0) - now).toBe(5);
  });

  test.each([
    ["longer, but for the first time", {}, [5, 320, 640]],
    ["as its controller says", { pace: { first: 1000, longest: 3000 } }, [1000, 2000, 3000]],
  ])("CTL-BACKOFF: an item whose write is forbidden waits %s", (_, controller, waits) => {
    const queue = queueOf([controller]);
    const forbidden = { ...conflict, code: 403 };
    const found = waits.map(() => {
      queue.fail(work("a"), 0, forbidden);
      return queue.nextDue();
    });
    expect(found).toEqual(waits);
  });

  test("CTL-BACKOFF: what its controller says holds for every failure", () => {
    const queue = queueOf([{ pace: { first: 1000, longest: 3000 } }]);
    queue.fail(work("a"), 0, { ...conflict, code: 422 });
    expect(queue.nextDue()).toBe(1000);
  });

  test.each([403, 409])(
    "CTL-BACKOFF: no delay after a %i is longer than the period of Kubernetes' controller",
    (code) => {
      const queue = queueOf([{ pace: { longest: 15_000 } }]);
      for (let attempts = 0; attempts < 20; attempts++) queue.fail(work("a"), 0, { ...conflict, code });
      expect(queue.nextDue()).toBe(15_000);
    },
  );

  test("CTL-BACKOFF: an item whose node call failed waits as long as external provisioners do", () => {
    const queue = queueOf([{}]);
    const call = { op: "call", resource: "nodes/proxy", namespace: "", name: "n", method: "PUT", path: "/x" } as const;
    const waits = Array.from({ length: 10 }, () => {
      queue.fail(work("a"), 0, { ...conflict, effect: call });
      return queue.nextDue();
    });
    expect([waits.slice(0, 3), waits.at(-1)]).toEqual([[1000, 2000, 4000], 300_000]);
  });

  test("CTL-BACKOFF-WAKE: a failed item is looked at again when its plans say, but not if they just poll", () => {
    const dues = (wakeAt: (now: number) => number) => {
      const queue = queueOf([{}]);
      let now = 0;
      return Array.from({ length: 12 }, () => {
        queue.fail(work("a"), now, conflict, wakeAt(now));
        now = queue.nextDue() ?? 0;
        queue.wake(now);
        queue.done(queue.get() ?? work("a"));
        return now;
      });
    };
    const backOff = dues(() => 0);
    expect(dues(() => 1000)).toContain(1000);
    expect(backOff).not.toContain(1000);
    expect(dues((now) => now + 2)).toEqual(backOff);
  });

  test("CTL-ASK: gives an item the answers to its questions once", () => {
    const queue = queueOf([{}]);
    const answers = new Map();
    queue.add(work("a"));
    queue.get();
    queue.addWithResults(work("a"), answers);
    queue.done(work("a"));
    expect(queue.get()?.queryResults).toBe(answers);
    queue.done(work("a"));
    queue.add(work("a"));
    expect(queue.get()?.queryResults).toBeUndefined();
  });

  test("CTL-IDLE: has nothing ready until the earliest wake time, which a later result replaces", () => {
    const queue = queueOf([{}]);
    queue.succeed(work("a"), { wakeAt: 2000 });
    queue.succeed(work("b"), { wakeAt: 1000 });
    expect([queue.hasReady(), queue.nextDue()]).toEqual([false, 1000]);
    queue.succeed(work("b"), {});
    queue.wake(1999);
    expect([queue.hasReady(), queue.nextDue()]).toEqual([false, 2000]);
    queue.wake(2000);
    expect([taken(queue), queue.nextDue()]).toEqual([["a"], undefined]);
  });

  test("CTL-GRACE: queues a delayed item once: at its time, or earlier if something else touches it", () => {
    const queue = queueOf([{}]);
    queue.addAt(work("a"), 10);
    queue.addAt(work("a"), 12);
    queue.addAt(work("b"), 14);
    queue.wake(9);
    expect([taken(queue), queue.nextDue()]).toEqual([[], 10]);
    queue.wake(10);
    expect([taken(queue), queue.nextDue()]).toEqual([["a"], 14]);
    queue.add(work("b"));
    queue.wake(14);
    expect([taken(queue), queue.nextDue()]).toEqual([["b"], undefined]);
  });

  test("remembers for five seconds when an item acted", () => {
    const queue = queueOf([{}]);
    queue.act(work("a"), 1000);
    queue.wake(5999);
    expect(queue.lastActed(work("a"))).toBe(1000);
    queue.wake(6000);
    expect(queue.lastActed(work("a"))).toBeUndefined();
  });

  test("CTL-METRICS: measures what was added, waited, was worked on and failed, as client-go's queues do", () => {
    let now = 0;
    const queue = queueOf([{}, {}], () => now);
    const sample = (name: string) => {
      const line = renderFamilies(queue.metrics())
        .split("\n")
        .find((each) => each.startsWith(`${name}{name="controller-0"`) && !each.includes("_bucket"));
      return Number(line?.split(" ")[1]);
    };
    for (const item of ["a", "b", "a"]) queue.add(work(item));
    expect([sample("workqueue_adds_total"), sample("workqueue_depth")]).toEqual([2, 2]);
    now = 3000;
    const first = queue.get();
    queue.add(work("a"));
    queue.add(work("a"));
    now = 5000;
    expect(sample("workqueue_adds_total")).toBe(3);
    expect(sample("workqueue_unfinished_work_seconds")).toBe(2);
    expect(sample("workqueue_longest_running_processor_seconds")).toBe(2);
    expect(sample("workqueue_queue_duration_seconds_sum")).toBe(3);
    queue.fail(work("a"), now, conflict);
    if (first) queue.done(first);
    expect(sample("workqueue_work_duration_seconds_sum")).toBe(2);
    expect(sample("workqueue_work_duration_seconds_count")).toBe(1);
    expect(sample("workqueue_retries_total")).toBe(1);
    // "b", and "a" again, which was counted when it was touched.
    expect([sample("workqueue_adds_total"), sample("workqueue_depth")]).toEqual([3, 2]);
    expect(sample("workqueue_unfinished_work_seconds")).toBe(0);
  });

  test("CTL-METRICS: loops of the same controller are measured together", () => {
    const queue = new WorkQueue([{ name: "node-controller" }, { name: "node-controller" }], () => 0);
    queue.add(work("a"));
    queue.add(work("b", 1));
    const lines = renderFamilies(queue.metrics()).split("\n");
    expect(lines.filter((line) => line.startsWith("workqueue_adds_total{"))).toEqual([
      'workqueue_adds_total{name="node-controller"} 2',
    ]);
    expect(lines).toContain('workqueue_depth{name="node-controller"} 2');
  });
});
