import { expect, test } from "vitest";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { deployment } from "../../api/resources/apps/deployment.ts";
import { configMap } from "../../api/resources/core/config-map.ts";
import { event } from "../../api/resources/core/event.ts";
import { networkPolicy } from "../../api/resources/networking/network-policy.ts";
import type { Resource } from "../../api/resources/resource.ts";
import { emptyMap } from "../../api/schema/empty-map.ts";
import { prepareCreate, prepareUpdate, validateUpdate } from "./strategy.ts";

const stored = (resource: Resource, metadata: object = {}) =>
  ({
    apiVersion: "v1",
    kind: resource.kind,
    metadata: {
      name: "a",
      namespace: "n",
      uid: "u",
      resourceVersion: "1",
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    ...(resource.kind === "Event" ? {} : { spec: { selector: {}, template: {} } }),
  }) as Stored<KubeObject>;

/** The fields of the error's causes, of metadata only. */
function refused(resource: Resource, change: object, was: object = {}): readonly string[] {
  const old = stored(resource, was);
  const next = structuredClone(old) as KubeObject;
  Object.assign(next.metadata, change);
  prepareUpdate(resource, next, old);
  return validateUpdate(resource, next, old)
    .map(({ path }) => path)
    .filter((path) => path.startsWith("metadata"));
}

const ENDS = { deletionTimestamp: "2026-01-02T00:00:00Z", deletionGracePeriodSeconds: 0 };
const kinds = [configMap, deployment, event] as readonly Resource[];

test.each(kinds)("REG-META-IMMUTABLE: an update of $kind cannot mark it for deletion", (resource) => {
  expect(refused(resource, ENDS)).toEqual(
    expect.arrayContaining(["metadata.deletionTimestamp", "metadata.deletionGracePeriodSeconds"]),
  );
  expect(refused(resource, { ...ENDS, deletionTimestamp: "2027-01-01T00:00:00Z" }, ENDS)).toEqual([]);
  expect(refused(resource, { deletionTimestamp: undefined, deletionGracePeriodSeconds: undefined }, ENDS)).toEqual([]);
});

test.each([
  ["ConfigMap", { labels: { "b!": "" } }, Array(4).fill("metadata.labels")],
  ["Deployment", { labels: { "b!": "" } }, Array(3).fill("metadata.labels")],
  ["Event", { labels: { "b!": "" } }, Array(2).fill("metadata.labels")],
  ["Deployment", { finalizers: ["b!"] }, ["metadata.finalizers", "metadata.finalizers[0]"]],
  ["ConfigMap", { generateName: "B!" }, ["metadata.generateName"]],
  ["Deployment", { generateName: "B!" }, []],
])("REG-META-TOLD: an error in metadata of a %s is reported %j as often as in Kubernetes", (kind, change, fields) => {
  const resource = kinds.find((each) => each.kind === kind);
  expect(resource && refused(resource, change)).toEqual(fields);
});

test.each([
  ["an explicitly empty list", { ports: [] }, 1],
  ["an explicitly empty map", { resources: { limits: emptyMap() } }, 1],
  ["an empty struct", { securityContext: {} }, 2],
  ["a list with an item", { ports: [{ containerPort: 80 }] }, 2],
])("REG-GENERATION: setting %s where there was no value gives the right generation", (_, change, generation) => {
  const old = {
    ...stored(deployment, { generation: 1 }),
    apiVersion: "apps/v1",
    spec: { selector: {}, template: { spec: { containers: [{ name: "c", image: "i", resources: {} }] } } },
  };
  const next = structuredClone(old);
  Object.assign(next.spec.template.spec.containers[0] ?? {}, change);
  prepareUpdate(deployment, next, old);
  expect(next.metadata.generation).toBe(generation);
});

test("REG-GENERATION: explicitly empty rules of a NetworkPolicy count as a change", () => {
  const old = { ...stored(networkPolicy, { generation: 1 }), spec: { podSelector: {} } };
  const next = { ...structuredClone(old), spec: { podSelector: {}, ingress: [] } };
  prepareUpdate(networkPolicy, next, old);
  expect(next.metadata.generation).toBe(2);
});

test("fields behind a disabled feature gate exist until the object is prepared for the store", () => {
  const containers = [{ name: "c", image: "i", lifecycle: { stopSignal: "SIGTERM" } }];
  const volumes = [
    { name: "v", projected: { sources: [{ podCertificate: { signerName: "a.b/c", keyType: "ED25519" } }] } },
  ];
  const spec = { containers, volumes, schedulingGroup: { podGroupName: "g" } };
  const draft = { metadata: { name: "a" }, spec: { selector: {}, template: { spec } } } as unknown as KubeObject;
  const kind: Resource = deployment;
  kind.defaults?.(draft);
  expect(spec).toMatchObject({ containers: [{ lifecycle: { stopSignal: "SIGTERM" } }], schedulingGroup: {} });
  const old = structuredClone(draft) as Stored<KubeObject>;
  const dropped = { containers: [{ name: "c", image: "i" }], volumes: [{ name: "v", projected: { sources: [{}] } }] };
  prepareCreate(kind, draft, { uid: "u", now: 0 });
  expect(spec).toMatchObject(dropped);
  expect(spec.schedulingGroup).toBeUndefined();
  expect(spec.containers[0]?.lifecycle).toBeUndefined();
  const next = structuredClone(old) as KubeObject & { spec: { template: { spec: object } } };
  prepareUpdate(kind, next, old);
  expect(next.spec.template.spec).toEqual(
    expect.not.objectContaining({ schedulingGroup: expect.anything() as unknown }),
  );
});
