import fc from "fast-check";
import { expect, test } from "vitest";
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { node, pod } from "../../test/fakes/scheduler/scheduler-objects.ts";
import { SchedulingBench } from "../../test/fakes/scheduler/scheduling-bench.ts";

/** What happens to the cluster at any moment besides scheduling. `which` selects the object. */
const deed = fc.record({
  what: fc.constantFrom(
    "new pod",
    "new shy pod",
    "delete a pod",
    "relabel a pending pod",
    "new node",
    "delete a node",
    "lose a commit",
    "lose an answer",
    "restart",
    "time goes by",
  ),
  which: fc.nat(100),
});
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

const SHY = "shy";
const NODE = { cpu: "2", pods: "3" };

/** A pod with anti-affinity to its own kind: no two share a node. */
const shy = (name: string) =>
  pod(name, {
    cpu: "500m",
    labels: { is: SHY },
    spec: {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector: { matchLabels: { is: SHY } }, topologyKey: "kubernetes.io/hostname" },
          ],
        },
      },
    },
  });

class World {
  readonly bench = new SchedulingBench();
  /** Pods whose label changed while the scheduler may have been about to write them. */
  readonly #relabelled = new Set<string>();
  #names = 0;
  #lose: "commit" | "answer" | undefined;

  constructor(readonly deeds: Deed[]) {
    const { store } = this.bench;
    const commit = store.commit.bind(store);
    this.bench.onError = () => undefined;
    this.bench.beforeCommit = async () => {
      const next = this.deeds.shift();
      if (next) await this.do(next);
      if (this.#lose === "commit") {
        this.#lose = undefined;
        throw new Error("lost");
      }
      if (this.#lose !== "answer") return;
      this.#lose = undefined;
      store.commit = async (request) => {
        store.commit = commit;
        await commit(request);
        throw new Error("lost");
      };
    };
  }

  /** From here on nothing fails any more. */
  calm(): void {
    this.#lose = undefined;
    this.bench.onError = (what, error) => {
      throw new Error(`${what}: ${error}`);
    };
  }

  async expectSafe(): Promise<void> {
    const pods = await this.bench.all<Pod>("pods");
    expectSafe(pods);
    for (const { metadata } of pods)
      if (this.#relabelled.has(metadata.name)) expect(metadata.labels?.is, metadata.name).toBe(SHY);
  }

  async do({ what, which }: Deed): Promise<void> {
    const { bench } = this;
    const pods = await bench.all<Pod>("pods");
    const pending = pods.filter(({ spec }) => !spec.nodeName);
    const any = <T>(of: readonly T[]) => of[which % Math.max(1, of.length)];
    const name = `x${++this.#names}`;
    switch (what) {
      case "new pod":
        return bench.put("create", pod(name, { cpu: `${(which % 3) * 400 + 400}m` }));
      case "new shy pod":
        return bench.put("create", shy(name));
      case "delete a pod": {
        const gone = any(pods);
        return gone && bench.remove("pods", gone.metadata.name);
      }
      case "relabel a pending pod": {
        const changed = any(pending);
        const labels = { is: SHY };
        if (changed) this.#relabelled.add(changed.metadata.name);
        return changed && bench.put("replace", { ...changed, metadata: { ...changed.metadata, labels } });
      }
      case "new node":
        return bench.put("create", node(name, NODE));
      case "delete a node": {
        const gone = any(await bench.all<Node>("nodes"));
        return gone && bench.remove("nodes", gone.metadata.name);
      }
      case "lose a commit":
        this.#lose = "commit";
        return;
      case "lose an answer":
        this.#lose = "answer";
        return;
      case "restart":
        bench.restart();
        return;
      case "time goes by":
        bench.now += 20_000;
    }
  }
}

function expectSafe(pods: readonly Stored<Pod>[]): void {
  const byNode = new Map<string, Stored<Pod>[]>();
  for (const each of pods)
    if (each.spec.nodeName) byNode.set(each.spec.nodeName, [...(byNode.get(each.spec.nodeName) ?? []), each]);
  for (const [name, own] of byNode) {
    const requested = own.map(({ spec }) => Number.parseInt(String(spec.containers[0]?.resources?.requests?.cpu), 10));
    expect(
      requested.reduce((a, b) => a + b, 0),
      `millis on ${name}`,
    ).toBeLessThanOrEqual(2000);
    expect(own.length, `pods on ${name}`).toBeLessThanOrEqual(3);
    const repelling = own.filter(({ spec }) => spec.affinity).length;
    const meant = own.filter(({ metadata }) => metadata.labels?.is === SHY).length;
    if (repelling > 0) expect(meant, `shy pods on ${name}`).toBe(1);
  }
}

test("under any concurrent changes, no node exceeds its capacity and anti-affinity is kept", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 60 }), async (deeds) => {
      const world = new World([...deeds]);
      const { bench } = world;
      await bench.put("create", node("n1", NODE), node("n2", NODE));
      while (world.deeds.length > 0) {
        const next = world.deeds.shift();
        if (next) await world.do(next);
        await bench.loop.run();
        await world.expectSafe();
      }
      // In the end no pod waits if there is room for it in the eyes of a scheduler that has just started.
      world.calm();
      bench.now += 400_000;
      await bench.loop.run();
      const placed = (pods: readonly Stored<Pod>[]) => pods.filter(({ spec }) => spec.nodeName).length;
      const before = placed(await bench.all<Pod>("pods"));
      bench.restart();
      await bench.loop.run();
      expect(placed(await bench.all<Pod>("pods"))).toBe(before);
      await world.expectSafe();
    }),
    { numRuns: 300 },
  );
});
