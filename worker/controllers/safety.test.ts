/**
 * What must never happen, whatever comes in between: users who scale, change and delete, pods that fail, requests that
 * arrive late or are refused, and a control plane that dies in the middle of a plan.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DaemonSet, ReplicaSet, StatefulSet } from "../../api/generated/apps.v1.ts";
import type { Job } from "../../api/generated/batch.v1.ts";
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { type ControlledCluster, controlledCluster } from "../../test/fakes/controllers/controlled-cluster.ts";
import type { Controller } from "./controller.ts";
import { controllerOf } from "./controller-ref.ts";
import { daemonSetController } from "./daemonset/daemonset.ts";
import { garbageCollector } from "./garbage-collector.ts";
import { jobController } from "./job/job.ts";
import { jobOrphanController } from "./job/orphan-pods.ts";
import { replicaSetController } from "./replicaset/replicaset.ts";
import { ordinalOf } from "./statefulset/stateful-pod.ts";
import { statefulSetController } from "./statefulset/statefulset.ts";

const template = { metadata: { labels: { app: "x" } }, spec: { containers: [{ name: "c", image: "pause:1" }] } };
const selector = { matchLabels: { app: "x" } };
const metadata = { name: "x", namespace: "ns" };

/** What happens next, and to which pod. */
interface Happening {
  readonly what: "ready" | "unready" | "succeed" | "fail" | "remove" | "scale" | "restart" | "refuse" | "wait" | "roll";
  readonly which: number;
}

const happenings = fc.array(
  fc.record({
    what: fc.constantFrom<Happening["what"]>(
      "ready",
      "ready",
      "unready",
      "succeed",
      "fail",
      "remove",
      "scale",
      "restart",
      "refuse",
      "wait",
      "roll",
    ),
    which: fc.nat(11),
  }),
  { minLength: 3, maxLength: 25 },
);
const delays = fc.array(fc.nat(4), { minLength: 7, maxLength: 7 });

interface World {
  readonly at: ControlledCluster;
  readonly pods: () => Stored<Pod>[];
}

interface Rules {
  readonly controllers: readonly Controller[];
  readonly begin: (world: World) => void;
  readonly scale: (world: World, to: number) => void;
  readonly roll: (world: World, image: string) => void;
  /** Checked after every write. */
  readonly always: (world: World) => void;
}

const isActive = ({ metadata: { deletionTimestamp }, status }: Pod) =>
  !deletionTimestamp && status.phase !== "Succeeded" && status.phase !== "Failed";
const isMine = (pod: Stored<Pod>) => controllerOf(pod)?.name === "x";

/** Other pods with the same labels: one without a controller, and one with another controller. */
function strangers({ cluster }: ControlledCluster): readonly string[] {
  const { metadata: owner } = cluster.put("configmaps", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "other", namespace: "ns" },
  });
  const other = { apiVersion: "v1", kind: "ConfigMap", name: owner.name, uid: owner.uid, controller: true };
  const stranger = (name: string, more: KubeObject["metadata"]): Pod => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "ns", ...more },
    spec: { containers: [] },
    status: { phase: "Running" },
  });
  cluster.put("pods", stranger("theirs", { labels: { app: "x" }, ownerReferences: [other] }));
  cluster.put("pods", stranger("nobodys", { labels: { app: "y" } }));
  return ["theirs", "nobodys"];
}

const running = (status: string) => ({
  phase: "Running",
  conditions: [{ type: "Ready", status, lastTransitionTime: "2025-01-01T00:00:00Z" }],
});

type Doing = (world: World, which: number, rules: Rules) => void;

const toPod =
  (edit: (at: ControlledCluster, name: string) => void): Doing =>
  ({ at, pods }, which) => {
    const alive = pods().filter(isActive);
    const pod = alive[which % Math.max(1, alive.length)];
    if (pod) edit(at, pod.metadata.name);
  };

const saying = (status: Pod["status"]): Doing =>
  toPod((at, name) => {
    at.cluster.change("pods", "ns", name, (draft) => Object.assign(draft, { status }));
  });

const doings: Record<Happening["what"], Doing> = {
  ready: saying(running("True")),
  unready: saying(running("False")),
  succeed: saying({ phase: "Succeeded" }),
  fail: saying({ phase: "Failed" }),
  remove: toPod((at, name) => at.cluster.remove("pods", "ns", name)),
  scale: (world, which, rules) => rules.scale(world, which % 6),
  roll: (world, which, rules) => rules.roll(world, `pause:${which}`),
  restart: ({ at }) => at.restart(),
  refuse: ({ at }, which) => {
    let left = which;
    at.cluster.refuse = () => (left-- > 0 ? { code: 500, message: "no" } : undefined);
  },
  wait: ({ at }, which) => {
    at.cluster.now += which * 1000;
  },
};

async function live(rules: Rules): Promise<void> {
  await fc.assert(
    fc.asyncProperty(happenings, delays, async (story, turns) => {
      let request = 0;
      const at = controlledCluster([...rules.controllers], { delay: () => turns[request++ % turns.length] ?? 0 });
      const world: World = { at, pods: () => at.cluster.list("pods").filter(isMine) };
      const others = strangers(at);
      rules.begin(world);
      const broken: string[] = [];
      at.cluster.onCommit = () => {
        try {
          rules.always(world);
        } catch (error) {
          broken.push(String(error));
        }
      };
      for (const each of story) {
        // Things happen while the loop works, not after it.
        const work = at.loop.run();
        for (let turn = 0; turn < each.which; turn++) await Promise.resolve();
        doings[each.what](world, each.which, rules);
        if (each.what !== "restart") await work;
      }
      at.cluster.refuse = () => undefined;
      await at.pass(120_000);
      expect(broken).toEqual([]);
      expect(at.complaints).toEqual([]);
      for (const name of others) expect(at.cluster.get("pods", "ns", name)).toBeDefined();
    }),
    { numRuns: 60 },
  );
}

const resized =
  <T extends KubeObject & { spec: { replicas?: number } }>(resource: string) =>
  ({ at }: World, replicas: number) => {
    at.cluster.change<T>(resource, "ns", "x", (draft) => {
      draft.spec.replicas = replicas;
    });
  };

describe("safety properties of controllers:", () => {
  it("a replica set has no more pods than it ever requested", async () => {
    let most = 0;
    await live({
      controllers: [replicaSetController, garbageCollector],
      begin: ({ at }) => {
        most = 3;
        const object = {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          metadata,
          spec: { replicas: 3, selector, template },
        };
        at.cluster.put("replicasets.apps", { ...object, status: { replicas: 0 } } as ReplicaSet);
      },
      scale: (world, to) => {
        most = Math.max(most, to);
        resized<ReplicaSet>("replicasets.apps")(world, to);
      },
      roll: () => undefined,
      always: ({ pods }) => expect(pods().filter(isActive).length).toBeLessThanOrEqual(most),
    });
  });

  it("a job runs no more pods than its parallelism, and counts no pod twice", async () => {
    const ended = new Set<string>();
    await live({
      controllers: [jobController, jobOrphanController, garbageCollector],
      begin: ({ at }) => {
        ended.clear();
        const spec = { parallelism: 3, completions: 5, backoffLimit: 20, selector, template };
        const object = { apiVersion: "batch/v1", kind: "Job", metadata, spec, status: {} };
        at.cluster.put("jobs.batch", object as Job);
      },
      scale: () => undefined,
      roll: () => undefined,
      always: ({ at, pods }) => {
        for (const pod of pods()) if (!isActive(pod)) ended.add(pod.metadata.uid);
        expect(pods().filter(isActive).length).toBeLessThanOrEqual(3);
        const { succeeded = 0, failed = 0 } = at.cluster.get("jobs.batch", "ns", "x")?.status ?? {};
        expect(succeeded + failed).toBeLessThanOrEqual(ended.size);
      },
    });
  });

  it("a stateful set has at most one pod per ordinal, and creates none before all lower ones", async () => {
    const known = new Map<string, string>();
    await live({
      controllers: [statefulSetController, garbageCollector],
      begin: ({ at }) => {
        known.clear();
        const spec = { replicas: 3, selector, template, serviceName: "x", updateStrategy: { type: "RollingUpdate" } };
        const object = { apiVersion: "apps/v1", kind: "StatefulSet", metadata, spec, status: { replicas: 0 } };
        at.cluster.put("statefulsets.apps", object as StatefulSet);
      },
      scale: resized<StatefulSet>("statefulsets.apps"),
      roll: ({ at }, image) => {
        at.cluster.change("statefulsets.apps", "ns", "x", (draft) => {
          draft.spec.template.spec = { containers: [{ name: "c", image }] };
        });
      },
      always: ({ at, pods }) => {
        const set = at.cluster.get("statefulsets.apps", "ns", "x");
        const ordinals = pods().map((pod) => (set ? ordinalOf(set, pod) : undefined));
        expect(new Set(ordinals).size).toBe(ordinals.length);
        for (const pod of pods()) {
          const name = pod.metadata.name;
          const isNew = known.get(name) !== pod.metadata.uid;
          known.set(name, pod.metadata.uid);
          const below = (set && ordinalOf(set, pod)) ?? 0;
          if (isNew && below > 0) expect(known.has(`x-${below - 1}`)).toBe(true);
        }
      },
    });
  });

  it.each<[string, number, number]>([
    ["one pod on a node", 0, 1],
    ["an old and a new pod on a node while it surges", 1, 2],
  ])("a daemon set has at most %s", async (_, maxSurge, most) => {
    await live({
      controllers: [daemonSetController, garbageCollector],
      begin: ({ at }) => {
        for (const name of ["n1", "n2", "n3"])
          at.cluster.put("nodes", { apiVersion: "v1", kind: "Node", metadata: { name }, spec: {}, status: {} } as Node);
        const rollingUpdate = { maxSurge, maxUnavailable: maxSurge > 0 ? 0 : 1 };
        const spec = { selector, template, updateStrategy: { type: "RollingUpdate", rollingUpdate } };
        const object = { apiVersion: "apps/v1", kind: "DaemonSet", metadata, spec, status: {} };
        at.cluster.put("daemonsets.apps", object as unknown as DaemonSet);
      },
      scale: () => undefined,
      roll: ({ at }, image) => {
        at.cluster.change("daemonsets.apps", "ns", "x", (draft) => {
          draft.spec.template.spec = { containers: [{ name: "c", image }] };
        });
      },
      always: ({ pods }) => {
        const perNode = new Map<string, number>();
        for (const pod of pods().filter(isActive)) {
          const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
          const node = terms?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0] ?? "";
          perNode.set(node, (perNode.get(node) ?? 0) + 1);
        }
        for (const count of perNode.values()) expect(count).toBeLessThanOrEqual(most);
      },
    });
  });
});
