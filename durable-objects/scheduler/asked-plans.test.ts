import { describe, expect, test } from "vitest";
import type { Event, Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { node, pod } from "../../test/fakes/scheduler/scheduler-objects.ts";
import { SchedulingBench } from "../../test/fakes/scheduler/scheduling-bench.ts";
import type { SchedulerRequest } from "../../worker/scheduler/requests/scheduler-request.ts";

const meta = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: "", creationTimestamp: "" });
const apiVersion = "admissionregistration.k8s.io/v1";
/** A policy, and its binding for namespaces with these labels. */
const policyOn = (group: string, resource: string, matchLabels: Readonly<Record<string, string>> = {}) => {
  const resourceRules = [{ apiGroups: [group], apiVersions: ["v1"], operations: ["*"], resources: [resource] }];
  return [
    {
      kind: "ValidatingAdmissionPolicy",
      apiVersion,
      metadata: meta("asks"),
      spec: { matchConstraints: { resourceRules } },
    },
    {
      kind: "ValidatingAdmissionPolicyBinding",
      apiVersion,
      metadata: meta("asks"),
      spec: { policyName: "asks", matchResources: { namespaceSelector: { matchLabels } } },
    },
  ] as unknown as Stored<KubeObject>[];
};

const what = ({ verb, resource, subresource = "" }: SchedulerRequest) => `${verb} ${resource}/${subresource}`;
const refused = (message: string) => async () =>
  ({ ok: false, status: { status: "Failure", code: 403, message } }) as const;
/** Writes the pod's node, as the API does. */
const binds = (bench: SchedulingBench) => async (request: SchedulerRequest) => {
  const found = (await bench.all<Pod>("pods")).find(({ metadata }) => metadata.name === request.name);
  const { target } = request.body as { target?: { name: string } };
  if (found && target) {
    const bound: Stored<Pod> = { ...found, spec: { ...found.spec, nodeName: target.name } };
    await bench.put("replace", bound);
  }
  return { ok: true as const, object: request.body as KubeObject };
};
const conditionOf = async (bench: SchedulingBench, name: string) =>
  (await bench.all<Pod>("pods"))
    .find(({ metadata }) => metadata.name === name)
    ?.status.conditions?.find(({ type }) => type === "PodScheduled");

describe("SCHED-ASK: with a policy that matches bindings", () => {
  test("pods are bound by requests, and their events are written as ever", async () => {
    const bench = new SchedulingBench();
    bench.send = binds(bench);
    await bench.put("create", node("a"), ...policyOn("", "pods/binding"), pod("p"));
    await bench.settle();
    expect(await bench.nodeOf("p")).toBe("a");
    expect(bench.requests).toMatchObject([
      {
        verb: "create",
        resource: "pods",
        subresource: "binding",
        name: "p",
        body: {
          kind: "Binding",
          metadata: { name: "p", namespace: "default", uid: "uid-p" },
          target: { kind: "Node", name: "a" },
        },
      },
      {
        resource: "events.events.k8s.io",
        body: { apiVersion: "events.k8s.io/v1", reason: "Scheduled", regarding: { kind: "Pod", name: "p" } },
      },
    ]);
    expect(bench.loop.settledAt).toBeDefined();
  });

  test("those of namespaces that it does not select are committed directly", async () => {
    const bench = new SchedulingBench();
    const namespace = {
      kind: "Namespace",
      apiVersion: "v1",
      metadata: { ...meta("default"), labels: { is: "plain" } },
    };
    await bench.put("create", node("a"), namespace, ...policyOn("*", "*/*", { is: "strict" }), pod("p"));
    await bench.settle();
    expect([await bench.nodeOf("p"), bench.requests]).toEqual(["a", []]);
    bench.send = binds(bench);
    await bench.put("replace", { ...namespace, metadata: { ...namespace.metadata, labels: { is: "strict" } } });
    await bench.put("create", pod("q"));
    await bench.settle();
    expect(bench.requests.map(what)).toEqual(["create pods/binding", "create events.events.k8s.io/"]);
  });

  test("a refused pod says why, gives back its place, and is tried again after its back-off", async () => {
    const bench = new SchedulingBench();
    bench.send = refused("not today");
    await bench.put("create", node("a", { pods: "1" }), ...policyOn("", "pods/binding"), pod("p"));
    await bench.settle();
    expect(await conditionOf(bench, "p")).toMatchObject({
      status: "False",
      reason: "SchedulerError",
      message: 'running Bind plugin "DefaultBinder": not today',
    });
    expect((await bench.all<Event>("events")).map(({ reason }) => reason)).toEqual(["FailedScheduling"]);
    expect(bench.wakeAt).toBe(bench.now + 1000);
    bench.now += 1000;
    await bench.settle();
    expect(bench.requests.map(what).filter((each) => each.includes("binding"))).toHaveLength(2);
    bench.send = binds(bench);
    await bench.put("create", pod("other", { spec: { priority: 1 } }));
    await bench.settle();
    expect(await bench.nodeOf("other")).toBe("a");
  });

  test("no pod waits for another's answer, and one that is being bound counts as placed", async () => {
    const bench = new SchedulingBench();
    const answer = Promise.withResolvers<void>();
    bench.send = async (request) => {
      await answer.promise;
      return binds(bench)(request);
    };
    await bench.put(
      "create",
      node("a", { pods: "2" }),
      ...policyOn("", "pods/binding"),
      pod("p1"),
      pod("p2"),
      pod("p3"),
    );
    await bench.loop.run();
    expect((await conditionOf(bench, "p3"))?.message).toContain("0/1 nodes are available: 1 Too many pods");
    await bench.put("replace", pod("p1", { labels: { changed: "yes" } }));
    await bench.loop.run();
    expect(bench.requests.map(what)).toEqual(["create pods/binding", "create pods/binding"]);
    expect(bench.loop.settledAt).toBeUndefined();
    answer.resolve();
    await bench.settle();
    expect([await bench.nodeOf("p1"), await bench.nodeOf("p2"), await bench.nodeOf("p3")]).toEqual([
      "a",
      "a",
      undefined,
    ]);
  });

  test("a pod that was deleted meanwhile leaves its place to others", async () => {
    const bench = new SchedulingBench();
    bench.send = async (request) => {
      await bench.remove("pods", request.name ?? "");
      return refused("not found")();
    };
    await bench.put("create", node("a", { pods: "1" }), ...policyOn("", "pods/binding"), pod("gone"));
    await bench.settle();
    expect(await bench.all("events")).toEqual([]);
    bench.send = binds(bench);
    await bench.put("create", pod("next"));
    await bench.settle();
    expect(await bench.nodeOf("next")).toBe("a");
  });

  test("a request without an answer is made again later, without a report", async () => {
    const bench = new SchedulingBench();
    const errors: string[] = [];
    bench.onError = (about) => void errors.push(about);
    bench.send = async () => {
      throw new Error("out of reach");
    };
    await bench.put("create", node("a"), ...policyOn("", "pods/binding"), pod("p"));
    await bench.settle();
    expect([errors, await bench.all("events")]).toEqual([["requests for default/p"], []]);
    expect(bench.wakeAt).toBe(bench.now + 1000);
  });
});

describe("SCHED-ASK: with a policy that matches other requests of the scheduler's", () => {
  test("why a pod waits is a patch of its status, whose failure is of no consequence", async () => {
    const bench = new SchedulingBench();
    bench.send = refused("no");
    await bench.put(
      "create",
      node("a"),
      ...policyOn("", "pods/status"),
      pod("p", { spec: { nodeSelector: { no: "one" } } }),
    );
    await bench.settle();
    expect(bench.requests.map(what)).toEqual(["patch pods/status", "create events.events.k8s.io/"]);
    expect(bench.requests[0]?.body).toMatchObject({
      metadata: { uid: "uid-p" },
      status: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
    });
    expect(bench.commits).toEqual([]);
  });

  test("events alone hold up no pod: they are sent once it is bound", async () => {
    const bench = new SchedulingBench();
    await bench.put("create", node("a"), ...policyOn("*", "events"), pod("p1"), pod("p2"));
    await bench.settle();
    expect(bench.commits.map(({ writes }) => writes.length)).toEqual([2]);
    expect([await bench.nodeOf("p1"), await bench.nodeOf("p2")]).toEqual(["a", "a"]);
    expect(bench.requests.map(what)).toEqual(["create events.events.k8s.io/", "create events.events.k8s.io/"]);
  });

  test("an event alone is sent, too: of a pod that is refused again, for the same reason", async () => {
    const bench = new SchedulingBench();
    const taint = (value: string) =>
      node("a", { pods: "0", spec: { taints: [{ key: value, effect: "PreferNoSchedule" }] } });
    await bench.put("create", taint("0"), ...policyOn("*", "events"), pod("p"));
    for (const value of ["1", "2"]) {
      await bench.settle();
      bench.now += 11_000;
      await bench.put("replace", taint(value));
    }
    await bench.settle();
    expect(bench.requests.map(what)).toEqual([
      "create events.events.k8s.io/",
      "create events.events.k8s.io/",
      "patch events.events.k8s.io/",
    ]);
  });

  test("a volume's claim is updated before the pod is bound, which it is not if that is refused", async () => {
    const bench = new SchedulingBench();
    bench.send = async (request) =>
      request.resource === "persistentvolumeclaims"
        ? refused("no volume")()
        : { ok: true as const, object: request.body as KubeObject };
    const storage = {
      kind: "StorageClass",
      apiVersion: "storage.k8s.io/v1",
      metadata: meta("fast"),
      provisioner: "disks.example.com",
      volumeBindingMode: "WaitForFirstConsumer",
    };
    const claim = {
      kind: "PersistentVolumeClaim",
      apiVersion: "v1",
      metadata: { ...meta("data"), namespace: "default" },
      spec: { storageClassName: "fast", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      status: { phase: "Pending" },
    };
    const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "data" } }];
    const policy = policyOn("", "persistentvolumeclaims");
    await bench.put("create", node("a"), storage, claim, ...policy, pod("p", { spec: { volumes } }));
    await bench.settle();
    expect(bench.requests.map(what)).toEqual(["patch pods/status", "update persistentvolumeclaims/"]);
    expect(bench.requests[1]?.body).toMatchObject({
      metadata: { annotations: { "volume.kubernetes.io/selected-node": "a" }, resourceVersion: expect.any(String) },
    });
    expect((await conditionOf(bench, "p"))?.message).toBe('running PreBind plugin "VolumeBinding": no volume');
  });
});
