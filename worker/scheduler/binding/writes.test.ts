import { describe, expect, test } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { textWithoutRevision, withRevision } from "../../../api/machinery/json/object-text.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { structOf } from "../../../api/schema/table.ts";
import { filledObject } from "../../../test/fakes/objects/filled-object.ts";
import { pod } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { type PendingPod, podFactsOf } from "../cluster/pod-facts.ts";
import type { Change } from "../requests/scheduler-request.ts";
import { bindingChanges, refusalChange } from "./writes.ts";

const filled = filledObject(structOf("core.v1.Pod")) as unknown as Stored<Pod>;
const waiting = pod("waiting");
const pods: Readonly<Record<string, Stored<Pod>>> = {
  "with every field": {
    ...filled,
    kind: "Pod",
    apiVersion: "v1",
    metadata: { ...filled.metadata, ...waiting.metadata },
    spec: { ...filled.spec, nodeName: "", schedulingGates: [] },
  },
  "with hardly any": waiting,
};

describe.each(Object.entries(pods))("a binding of a pod %s", (_, object) => {
  const { deletionTimestamp: _ended, ...metadata } = object.metadata;
  const stored = JSON.parse(
    withRevision(textWithoutRevision({ ...object, metadata } as Stored<Pod>), 7),
  ) as Stored<Pod>;
  const labels = { "kubernetes.io/hostname": "n1", "topology.kubernetes.io/zone": "z" };
  const changes = bindingChanges(
    podFactsOf(stored) as PendingPod,
    { name: "n1", labels },
    { uid: "u", now: 0, suffix: "1" },
  );

  test("is written in storage format, and so is its event", () => {
    expect(changes).toHaveLength(2);
    for (const change of changes ?? []) {
      const text = textOf(change);
      expect(text).toBe(textWithoutRevision(JSON.parse(text)));
    }
  });

  test("changes the node, the zone and the condition, and nothing else", () => {
    const bound: Stored<Pod> = JSON.parse(textOf(changes?.[0]));
    expect(bound.spec.nodeName).toBe("n1");
    expect(bound.metadata.labels?.["topology.kubernetes.io/zone"]).toBe("z");
    expect(bound.status.conditions?.find(({ type }) => type === "PodScheduled")?.status).toBe("True");
    const without = ({ spec: { nodeName: _n, ...spec }, status, metadata: meta }: Stored<Pod>) => {
      const { nominatedNodeName: _m, conditions = [], ...others } = status;
      const kept = conditions.filter(({ type }) => type !== "PodScheduled");
      const { "topology.kubernetes.io/zone": _z, ...own } = meta.labels ?? {};
      return { spec, metadata: { ...meta, labels: own, resourceVersion: "" }, status: { ...others, conditions: kept } };
    };
    expect(without(bound)).toEqual(without(stored));
  });
});

test("SCHED-OWNER: the scheduler owns its fields of a pod in managedFields", () => {
  const stored = JSON.parse(
    withRevision(
      textWithoutRevision({
        ...waiting,
        metadata: {
          ...waiting.metadata,
          managedFields: [
            {
              manager: "kubectl",
              operation: "Update",
              apiVersion: "v1",
              fieldsType: "FieldsV1",
              fieldsV1: { "f:spec": {} },
            },
          ],
        },
      } as Stored<Pod>),
      7,
    ),
  ) as Stored<Pod>;
  const change = refusalChange(podFactsOf(stored) as PendingPod, { message: "no room", nominated: undefined, now: 0 });
  const refused: Stored<Pod> = JSON.parse(textOf(change));
  expect(refused.metadata.managedFields).toMatchObject([
    { manager: "kubectl" },
    { manager: "kube-scheduler", operation: "Update", subresource: "status", apiVersion: "v1" },
  ]);
  expect(refused.metadata.managedFields?.[1]?.fieldsV1).toMatchObject({
    "f:status": { "f:conditions": { 'k:{"type":"PodScheduled"}': { "f:message": {} } } },
  });
});

test("SCHED-OWNER: a node without topology labels gives its pods none", () => {
  const bare = { ...waiting, metadata: { ...waiting.metadata, labels: undefined } } as unknown as Stored<Pod>;
  const stored = JSON.parse(withRevision(textWithoutRevision(bare), 7)) as Stored<Pod>;
  const stamp = { uid: "u", now: 0, suffix: "1" };
  const [change] = bindingChanges(podFactsOf(stored) as PendingPod, { name: "n1", labels: { a: "b" } }, stamp) ?? [];
  const bound: Stored<Pod> = JSON.parse(textOf(change));
  expect(bound.metadata).not.toHaveProperty("labels");
});

function textOf(change: Change | undefined): string {
  return change && "text" in change.write ? (change.write.text ?? "") : "";
}
