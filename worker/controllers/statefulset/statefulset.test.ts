import { describe, expect, it } from "vitest";
import type { ControllerRevision } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import {
  db,
  edit,
  events,
  names,
  ready,
  start,
  status,
} from "../../../test/fakes/controllers/controlled-stateful-set.ts";

describe("stateful set", () => {
  it("creates its pods one by one, each when the previous is ready", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(names(at)).toEqual(["db-0"]);
    expect(status(at)).toMatchObject({
      replicas: 1,
      currentReplicas: 1,
      updatedReplicas: 1,
      availableReplicas: 0,
      collisionCount: 0,
    });
    ready(at, "db-0");
    await at.settle();
    expect(names(at)).toEqual(["db-0", "db-1"]);
    const pod = at.cluster.get("pods", "ns", "db-1");
    expect(pod?.metadata.labels).toMatchObject({
      "statefulset.kubernetes.io/pod-name": "db-1",
      "apps.kubernetes.io/pod-index": "1",
      "controller-revision-hash": status(at)?.updateRevision,
    });
    expect(pod?.spec).toMatchObject({ hostname: "db-1", subdomain: "db" });
    expect(events(at)).toContain("SuccessfulCreate: Create Pod db-1 in StatefulSet db successful");
  });

  it("replaces pods from the highest ordinal down, each when the previous is ready again", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db());
    for (const name of ["db-0", "db-1"]) {
      await at.settle();
      ready(at, name);
    }
    await at.settle();
    edit(at, (draft) => {
      draft.spec.template.spec = { containers: [{ name: "c", image: "pause:2" }] };
    });
    await at.settle();
    const images = () => ["db-0", "db-1"].map((name) => at.cluster.get("pods", "ns", name)?.spec.containers[0]?.image);
    expect(images()).toEqual(["pause:1", "pause:2"]);
    ready(at, "db-1");
    await at.settle();
    expect(images()).toEqual(["pause:2", "pause:2"]);
    ready(at, "db-0");
    await at.settle();
    expect(status(at)?.currentRevision).toBe(status(at)?.updateRevision);
  });

  it("CTL-STS-REPLACED: without a partition, a replaced pod is created from the new revision, even if it is gone at once", async () => {
    const at = start();
    at.cluster.put(
      "statefulsets.apps",
      db({ podManagementPolicy: "Parallel", updateStrategy: { type: "RollingUpdate" } }),
    );
    await at.settle();
    ready(at, "db-0");
    await at.settle();
    edit(at, ({ spec }) => {
      spec.template = { ...spec.template, spec: { containers: [{ name: "c", image: "pause:2" }] } };
    });
    let created = 0;
    at.cluster.refuse = (verb, { resource }) =>
      verb === "create" && resource === "pods" && ++created > 3 ? { code: 403, message: "enough" } : undefined;
    await at.settle();
    const images = at.cluster.list("pods").map(({ metadata, spec }) => `${metadata.name} ${spec.containers[0]?.image}`);
    expect(images.toSorted()).toEqual(["db-0 pause:1", "db-1 pause:2"]);
    expect(created).toBe(1);
  });

  it.each(["Parallel", "OrderedReady"])(
    "CTL-BURST: creates a bounded number at once, however many are requested: %s",
    async (policy) => {
      const at = start();
      let requested = 0;
      at.cluster.refuse = (verb, { resource }) => {
        if (verb !== "create" || resource !== "pods") return undefined;
        requested++;
        return { code: 403, reason: "Forbidden" };
      };
      at.cluster.put("statefulsets.apps", db({ podManagementPolicy: policy, replicas: 2 ** 31 - 1 }));
      await at.settle();
      expect(requested).toBeGreaterThan(0);
      expect(requested).toBeLessThan(2000);
      expect(names(at)).toEqual([]);
    },
  );

  it("leaves running pods alone under OnDelete", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db({ podManagementPolicy: "Parallel", updateStrategy: { type: "OnDelete" } }));
    await at.settle();
    edit(at, (draft) => {
      draft.spec.template.spec = { containers: [{ name: "c", image: "pause:2" }] };
    });
    await at.settle();
    expect(status(at)).toMatchObject({ currentReplicas: 2 });
    expect(status(at)?.updatedReplicas).toBeUndefined();
    at.cluster.remove("pods", "ns", "db-1");
    await at.settle();
    expect(at.cluster.get("pods", "ns", "db-1")?.spec.containers[0]?.image).toBe("pause:2");
    expect(status(at)).toMatchObject({ currentReplicas: 1, updatedReplicas: 1 });
  });

  it("recreates a failed pod", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db({ replicas: 1 }));
    await at.settle();
    const before = at.cluster.get("pods", "ns", "db-0")?.metadata.uid;
    at.cluster.change("pods", "ns", "db-0", (draft) => {
      draft.status = { phase: "Failed" };
    });
    await at.settle();
    expect(at.cluster.get("pods", "ns", "db-0")?.metadata.uid).not.toBe(before);
    expect(events(at)).toContain("SuccessfulDelete: Delete Pod db-0 in StatefulSet db successful");
  });

  it("counts a failed pod until it is gone", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db({ replicas: 1 }));
    await at.settle();
    at.cluster.change("pods", "ns", "db-0", (draft) => {
      draft.metadata.finalizers = ["example.com/hold"];
      draft.status = { phase: "Failed" };
    });
    await at.settle();
    expect(status(at)).toMatchObject({ replicas: 1 });
    expect(at.cluster.get("pods", "ns", "db-0")?.metadata.deletionTimestamp).toBeDefined();
  });

  it("removes the lowest of several unhealthy surplus pods first, and waits", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db({ replicas: 3 }));
    for (const name of ["db-0", "db-1", "db-2"]) {
      await at.settle();
      ready(at, name);
    }
    for (const name of ["db-1", "db-2"])
      at.cluster.change("pods", "ns", name, (draft) => {
        draft.status.conditions = [{ type: "Ready", status: "False" }];
      });
    edit(at, (draft) => {
      draft.spec.replicas = 1;
    });
    await at.settle();
    expect(names(at)).toEqual(["db-0", "db-1", "db-2"]);
    ready(at, "db-2");
    await at.settle();
    expect(names(at)).toEqual(["db-0"]);
  });

  it("adopts the revisions of a deleted set of the same name whose pods remain", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    const revision = status(at)?.updateRevision;
    at.cluster.remove("statefulsets.apps", "ns", "db", { propagationPolicy: "Orphan" });
    await at.settle();
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(at.cluster.list("controllerrevisions.apps")).toMatchObject([
      { metadata: { name: revision, ownerReferences: [{ kind: "StatefulSet" }] } },
    ]);
    expect(status(at)).toMatchObject({ updateRevision: revision, collisionCount: 0 });
  });

  it("makes its revision the newest again when it adopts a younger one of the same number", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db());
    await at.pass(1000);
    const revisions = () => at.cluster.list<ControllerRevision>("controllerrevisions.apps");
    at.cluster.put("controllerrevisions.apps", {
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata: { name: "aaa", namespace: "ns", labels: revisions()[0]?.metadata.labels ?? {} },
      revision: 1,
    } as ControllerRevision);
    await at.settle();
    expect(revisions().map(({ metadata, revision }) => [metadata.name, revision])).toEqual([
      [status(at)?.updateRevision, 2],
      ["aaa", 1],
    ]);
  });

  it("CTL-STS-TAKEN: waits without events for a pod name that is taken, and counts its other pods meanwhile", async () => {
    const at = start();
    at.cluster.put("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "db-1", namespace: "ns" },
      spec: { containers: [] },
      status: {},
    } as Pod);
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    ready(at, "db-0");
    await at.pass(100);
    expect(names(at)).toEqual(["db-0", "db-1"]);
    expect(events(at)).toEqual(["SuccessfulCreate: Create Pod db-0 in StatefulSet db successful"]);
    expect(status(at)).toMatchObject({ replicas: 1, readyReplicas: 1, availableReplicas: 1 });
  });

  it("CTL-REVISION-TAKEN: names a revision by a later hash if its name is taken, and labels it with the first", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    const name = status(at)?.updateRevision ?? "";
    const again = async (data: unknown) => {
      const other = start();
      const taken = { apiVersion: "apps/v1", kind: "ControllerRevision", metadata: { name, namespace: "ns" }, data };
      other.cluster.put("controllerrevisions.apps", { ...taken, revision: 7 } as ControllerRevision);
      other.cluster.put("statefulsets.apps", db());
      await other.settle();
      const { updateRevision = "", collisionCount } = status(other) ?? {};
      const made = other.cluster.get("controllerrevisions.apps", "ns", updateRevision);
      return { updateRevision, collisionCount, label: made?.metadata.labels?.["controller.kubernetes.io/hash"] };
    };
    const moved = await again({ other: "data" });
    expect(moved).toMatchObject({ collisionCount: 1, label: name.slice("db-".length) });
    expect(moved.updateRevision).not.toBe(name);
    const data = at.cluster.get("controllerrevisions.apps", "ns", name)?.data;
    expect(await again(data)).toEqual({ updateRevision: name, collisionCount: 0, label: undefined });
  });

  it("CTL-STS-ENDING: counts a terminating set's pods, and creates no revision, even while its own are orphaned", async () => {
    const at = start();
    at.cluster.put("statefulsets.apps", db());
    await at.settle();
    const [mine] = at.cluster.list("controllerrevisions.apps");
    edit(at, (draft) => {
      draft.metadata.deletionTimestamp = "2024-01-01T00:00:00Z";
      draft.metadata.finalizers = ["example.com/hold"];
      draft.spec.replicas = 5;
    });
    ready(at, "db-0");
    at.cluster.change("controllerrevisions.apps", "ns", mine?.metadata.name ?? "", (draft) => {
      delete draft.metadata.ownerReferences;
    });
    await at.settle();
    expect(at.cluster.list("controllerrevisions.apps")).toHaveLength(1);
    expect(status(at)).toMatchObject({ replicas: 1, readyReplicas: 1, updateRevision: mine?.metadata.name });
    at.cluster.remove("pods", "ns", "db-0");
    await at.settle();
    expect(status(at)).toMatchObject({ replicas: 0, updateRevision: mine?.metadata.name });
    expect(names(at)).toEqual([]);
  });
});
