import { describe, expect, it } from "vitest";
import { configMap, controllerOf } from "../../test/fakes/controllers/config-map-controller.ts";
import { controlledCluster } from "../../test/fakes/controllers/controlled-cluster.ts";
import { type Effect, settled } from "../../worker/controllers/controller.ts";

const makeSecret = (name: string, about?: { metadata: unknown }): Effect => ({
  op: "create",
  resource: "secrets",
  namespace: "ns",
  object: { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "ns" } },
  ...(about
    ? {
        record: {
          about: about as never,
          success: { reason: "Made", message: "made {name}" },
          failure: { reason: "Failed", message: "Error: {message}" },
        },
      }
    : {}),
});

describe("control loop", () => {
  it("CTL-FRESH: never reconciles an item on a state older than its own effects", async () => {
    let creations = 0;
    const at = controlledCluster([
      controllerOf((name, { snapshot }) => {
        const object = snapshot.get("configmaps", "ns", name);
        if (!object || object.metadata.labels?.seen) return settled;
        creations++;
        return {
          effects: [
            {
              op: "patch",
              resource: "configmaps",
              namespace: "ns",
              name,
              type: "application/merge-patch+json",
              patch: { metadata: { labels: { seen: "yes" } } },
            },
          ],
        };
      }),
    ]);
    at.cluster.put("configmaps", configMap("a"));
    await Promise.all([at.loop.run(), at.loop.run(), at.settle()]);
    await at.settle();
    expect(creations).toBe(1);
  });

  it("CTL-LEVEL: a run that is requested as the last one ends is not lost", async () => {
    const seen: string[] = [];
    const at = controlledCluster([
      controllerOf((name) => {
        seen.push(name);
        return settled;
      }),
    ]);
    let last: Promise<void> | undefined;
    at.onWakeAt = () => {
      at.onWakeAt = () => undefined;
      at.cluster.put("configmaps", configMap("late"));
      queueMicrotask(() => {
        last = at.loop.run();
      });
    };
    await at.loop.run();
    await last;
    expect(seen).toEqual(["late"]);
  });

  it("learns when nodes were last heard from while it runs, however long that is", async () => {
    let heard = 0;
    const known: (number | undefined)[] = [];
    const controller = controllerOf((_, { lastSeen }) => {
      known.push(lastSeen("n"));
      if (heard < 2) at.cluster.put("configmaps", configMap(`${++heard}`));
      void at.loop.run();
      return settled;
    });
    const answer = (last: number) => () => last;
    const at = controlledCluster([controller], { lastSeen: async () => answer(heard) });
    at.cluster.put("configmaps", configMap("0"));
    await at.loop.run();
    expect(known).toEqual([0, 1, 2]);
  });

  it("CTL-GRACE: waits a moment after changes by others, and continues at once after its own", async () => {
    const seen: string[] = [];
    const at = controlledCluster(
      [
        controllerOf((name, { snapshot, now }) => {
          const object = snapshot.get("configmaps", "ns", name);
          seen.push(`${name} ${object?.metadata.labels?.step ?? 0} at ${now - began}`);
          if (!object || object.metadata.labels?.step) return settled;
          const patch = { metadata: { labels: { step: "1" } } };
          const target = {
            resource: "configmaps",
            namespace: "ns",
            name,
            type: "application/merge-patch+json",
          } as const;
          return { effects: [{ op: "patch", ...target, patch }] };
        }),
      ],
      { grace: 8 },
    );
    await at.settle();
    const began = at.cluster.now;
    at.cluster.put("configmaps", configMap("a"));
    await at.pass(5);
    at.cluster.put("configmaps", configMap("b"));
    await at.pass(20);
    expect(seen).toEqual(["a 0 at 8", "a 1 at 8", "b 0 at 13", "b 1 at 13"]);
  });

  it("CTL-GRACE: looks at once at what it loads, so that a tick finds nothing left to do", async () => {
    const at = controlledCluster([controllerOf(() => settled)], { grace: 8 });
    at.cluster.put("configmaps", configMap("a"));
    await at.loop.run();
    expect(at.loop.settledAt).toBeDefined();
  });

  it.each([
    ["failed", 409, [0, 5, 15, 35, 75]],
    ["was forbidden", 403, [0, 5, 325, 965]],
  ])(
    "CTL-BACKOFF: retries what %s with growing delays, and passes the failure to the reconcile",
    async (_, code, waits) => {
      const attempts: number[] = [];
      const failures: unknown[] = [];
      const at = controlledCluster([
        controllerOf((_name, { now, failure, snapshot }) => {
          attempts.push(now);
          failures.push(failure?.message);
          return { effects: [makeSecret("s", snapshot.get("configmaps", "ns", "a"))] };
        }),
      ]);
      at.cluster.refuse = (verb, { resource }) =>
        verb === "create" && resource === "secrets" ? { code, message: "no room" } : undefined;
      at.cluster.put("configmaps", configMap("a"));
      await at.pass(code === 403 ? 1000 : 100);
      const start = attempts[0] ?? 0;
      expect(attempts.map((time) => time - start)).toEqual(waits);
      expect(failures.slice(0, 2)).toEqual([undefined, "no room"]);
      expect(at.cluster.list("events")).toMatchObject([
        { reason: "Failed", message: "Error: no room", type: "Warning", count: waits.length },
      ]);
    },
  );

  it("CTL-EVENTS: what a plan saw is reported even if its effects fail, what they did only once it is done", async () => {
    const at = controlledCluster([
      controllerOf((_name, { failure, snapshot }) => {
        const about = snapshot.get("configmaps", "ns", "a");
        if (!about) return { effects: [] };
        const secret = makeSecret("s", about);
        const done = { about, success: { reason: "Done", message: "done", type: "Warning" as const } };
        const events = failure ? [] : [{ about, type: "Normal" as const, reason: "Seen", message: "seen" }];
        return { effects: [{ ...secret, record: done }], events };
      }),
    ]);
    let isFull = true;
    at.cluster.refuse = (verb, { resource }) =>
      verb === "create" && resource === "secrets" && isFull ? { code: 500, message: "no room" } : undefined;
    at.cluster.put("configmaps", configMap("a"));
    await at.pass(1);
    const told = () => at.cluster.list("events").map(({ type, reason }) => `${type} ${reason}`);
    expect(told()).toEqual(["Normal Seen"]);
    isFull = false;
    await at.pass(100);
    expect(told()).toEqual(["Normal Seen", "Warning Done"]);
  });

  it("CTL-ENDING: ignores writes refused by a terminating namespace, and does not retry them", async () => {
    const attempts: unknown[] = [];
    const at = controlledCluster([
      controllerOf((_name, { failure, snapshot }) => {
        attempts.push(failure);
        return { effects: [makeSecret("s", snapshot.get("configmaps", "ns", "a"))] };
      }),
    ]);
    const details = { causes: [{ reason: "NamespaceTerminating", field: "metadata.namespace" }] };
    at.cluster.refuse = (verb) =>
      verb === "create" ? { code: 403, message: "it is being terminated", details } : undefined;
    at.cluster.put("configmaps", configMap("a"));
    await at.pass(10_000);
    expect(attempts).toEqual([undefined]);
    expect(at.cluster.list("events")).toEqual([]);
  });

  it("CTL-ALONE: a broken controller does not stop the others", async () => {
    const at = controlledCluster([
      controllerOf(() => {
        throw new Error("broken");
      }, "broken-controller"),
      controllerOf((name, { snapshot }) =>
        snapshot.get("configmaps", "ns", "done")
          ? settled
          : { effects: [{ ...makeSecret(name), resource: "configmaps", object: configMap("done") } as Effect] },
      ),
    ]);
    at.cluster.put("configmaps", configMap("a"));
    await at.settle();
    expect(at.cluster.get("configmaps", "ns", "done")).toBeDefined();
    expect(String(at.complaints[0])).toContain("broken-controller a");
  });

  it("CTL-LEVEL: reconciles every object when it starts, and again if the log since its snapshot is gone", async () => {
    const seen: string[] = [];
    const at = controlledCluster([
      controllerOf((name) => {
        seen.push(name);
        return settled;
      }),
    ]);
    for (const name of ["a", "b"]) at.cluster.put("configmaps", configMap(name));
    await at.settle();
    expect(seen.splice(0).sort()).toEqual(["a", "b"]);
    const { texts } = at.cluster.log;
    at.cluster.put("configmaps", configMap("c"));
    Object.assign(at.cluster.log, {
      texts: async () => {
        Object.assign(at.cluster.log, { texts });
        return { ok: false, reason: "compacted", oldest: 9 };
      },
    });
    await at.settle();
    expect(seen.sort()).toEqual(["a", "b", "c"]);
  });

  it("CTL-LEVEL: retries soon if the store is unreachable, and loses nothing", async () => {
    const seen: string[] = [];
    const at = controlledCluster([
      controllerOf((name) => {
        seen.push(name);
        return settled;
      }),
    ]);
    const { texts } = at.cluster.log;
    await at.settle();
    Object.assign(at.cluster.log, { texts: () => Promise.reject(new Error("away")) });
    at.cluster.put("configmaps", configMap("a"));
    await at.settle();
    expect(seen).toEqual([]);
    Object.assign(at.cluster.log, { texts });
    await at.pass(3000);
    expect(seen).toEqual(["a"]);
  });

  it("CTL-IDLE: wakes when something is due, and does not wake otherwise", async () => {
    let due = 0;
    const at = controlledCluster([
      controllerOf((_name, { now }) => {
        due ||= now + 60_000;
        return now >= due ? { effects: [] } : { effects: [], wakeAt: due };
      }),
    ]);
    at.cluster.put("configmaps", configMap("a"));
    await at.settle();
    expect(at.wakeAt()).toBe(due);
    await at.pass(60_000);
    expect(at.wakeAt()).toBeUndefined();
  });

  it("CTL-ORDER: creates in slow-start batches and stops at the first that fails", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
    const at = controlledCluster([
      controllerOf((_name, { failure }) =>
        failure
          ? settled
          : { effects: [{ op: "batch", slowStart: true, effects: names.map((name) => makeSecret(name)) }] },
      ),
    ]);
    at.cluster.refuse = (verb, { name }) => (verb === "create" && name === "s4" ? { code: 403 } : undefined);
    at.cluster.put("configmaps", configMap("a"));
    await at.settle();
    // Groups of 1, 2, 4: the third contains the failure and is the last.
    expect(at.cluster.requests.filter((request) => request.startsWith("create secrets"))).toHaveLength(7);
  });

  it("CTL-DECLARED: refuses reads and writes that a controller did not declare", async () => {
    const at = controlledCluster([
      controllerOf((_name, { snapshot }) => {
        snapshot.list("pods");
        return settled;
      }, "reader"),
      controllerOf(() => ({ effects: [{ ...makeSecret("x"), resource: "pods" } as Effect] }), "writer"),
    ]);
    at.cluster.put("configmaps", configMap("a"));
    await at.settle();
    expect(at.complaints.map((complaint) => String(complaint).split("\n")[0])).toEqual([
      "reader a: Error: reader reads pods without declaring it",
      "writer a: Error: writer writes pods without declaring it",
    ]);
  });
});
