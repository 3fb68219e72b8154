/** Fields behind feature gates that are off in Kubernetes 1.36 are silently dropped, unless they are stored. */
import { expect, test } from "vitest";
import { decoded, kindOf } from "../../test/fakes/objects/kind-errors.ts";
import type { KubeObject } from "../machinery/meta.ts";

type Path = readonly string[];

const memberAt = (object: unknown, [name, ...rest]: Path): unknown => {
  if (name === undefined || object === null || typeof object !== "object") return object;
  return memberAt((object as Record<string, unknown>)[name], rest);
};

const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
const elsewhere = { ...claim, dataSourceRef: { kind: "K", name: "n", apiGroup: "a.b", namespace: "other" } };
const slice = { devices: [{ name: "d", nodeAllocatableResourceMappings: { cpu: {} } }] };

test.each<[string, object, Path]>([
  ["PersistentVolumeClaim", { spec: elsewhere }, ["spec", "dataSourceRef"]],
  ["ResourceSlice", { spec: slice }, ["spec", "devices", "0", "nodeAllocatableResourceMappings"]],
  ["CSIDriver", { spec: { preventPodSchedulingIfMissing: true } }, ["spec", "preventPodSchedulingIfMissing"]],
])("a %s of %j loses the field at %j when it is created", (name, part, path) => {
  const { prepareCreate, prepareUpdate } = kindOf(name);
  const created = decoded(name, part);
  expect(memberAt(created, path)).toBeDefined();
  prepareCreate?.(created);
  expect(memberAt(created, path)).toBeUndefined();
  const updated = (old: KubeObject) => {
    const draft = decoded(name, part);
    prepareUpdate?.(draft, old);
    return memberAt(draft, path);
  };
  expect(updated(created)).toBeUndefined();
  expect(updated(decoded(name, part))).toBeDefined();
});

test("a Node's configSource is dropped", () => {
  const node = decoded("Node", { spec: {}, status: { config: { error: "e" } } });
  kindOf("Node").prepareCreate?.(node);
  expect(memberAt(node, ["status", "config"])).toBeUndefined();
});

test("deprecated topology of an endpoint is dropped, except a node name stored before", () => {
  const slice = (endpoint: object) => decoded("EndpointSlice", { addressType: "IPv4", endpoints: [endpoint] });
  const named = { addresses: ["1.2.3.4"], deprecatedTopology: { "kubernetes.io/hostname": "n1" } };
  const created = slice(named);
  kindOf("EndpointSlice").prepareCreate?.(created);
  expect(memberAt(created, ["endpoints", "0"])).toEqual({ addresses: ["1.2.3.4"] });
  const updated = slice({ ...named, addresses: ["1.2.3.5"] });
  kindOf("EndpointSlice").prepareUpdate?.(updated, slice(named));
  expect(memberAt(updated, ["endpoints", "0"])).toEqual({ addresses: ["1.2.3.5"], nodeName: "n1" });
});

test("a pod's status omits fields of disabled features", () => {
  const status = {
    nodeAllocatableResourceClaimStatuses: [{ resourceClaimName: "c", resources: {} }],
    containerStatuses: [{ name: "c", volumeMounts: [{ name: "v", mountPath: "/v", volumeStatus: { image: {} } }] }],
  };
  const prepared = (old: object) => {
    const next = decoded("Pod", { spec: { containers: [] }, status });
    kindOf("Pod").status?.prepareUpdate?.(next, decoded("Pod", { spec: { containers: [] }, status: old }));
    const path = ["status", "containerStatuses", "0", "volumeMounts", "0", "volumeStatus"];
    return [memberAt(next, ["status", "nodeAllocatableResourceClaimStatuses"]), memberAt(next, path)];
  };
  expect(prepared({})).toEqual([undefined, undefined]);
  expect(prepared(status)).toEqual([status.nodeAllocatableResourceClaimStatuses, { image: {} }]);
});
