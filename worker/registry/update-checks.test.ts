/** The order in which Kubernetes checks an update, and how often: what a client sees as the causes of a 422. */
import { expect, test } from "vitest";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { resources } from "../../api/resources/index.ts";
import type { Resource } from "../../api/resources/resource.ts";
import { ApiError } from "../api-error.ts";
import { validateCreate, validateStatusUpdate, validateUpdate } from "./strategy.ts";

const metadata = { name: "a", uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };

function fieldsOf(kind: string, next: object, old: object): string[] {
  const resource = resources.find((candidate) => candidate.kind === kind);
  if (!resource) throw new Error(kind);
  const [is, was] = [{ metadata, ...next } as KubeObject, { metadata, ...old } as Stored<KubeObject>];
  return validateUpdate(resource, is, was).map(({ path }) => path);
}

const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "a" };
const noVerbs = [{ verbs: [], apiGroups: [""], resources: ["pods"] }];

test.each<[kind: string, next: object, old: object, fields: string[]]>([
  ["ClusterRole", { rules: noVerbs }, {}, ["rules[0].verbs"]],
  [
    "ClusterRoleBinding",
    { roleRef: { ...roleRef, name: "b" }, subjects: [{ kind: "Robot", name: "r" }] },
    { roleRef },
    ["subjects[0].kind", "roleRef"],
  ],
  [
    "IngressClass",
    { spec: { controller: "x" } },
    { spec: { controller: "a.b/c" } },
    ["spec.controller", "spec.controller"],
  ],
  [
    "VolumeAttachment",
    { spec: { nodeName: "n", source: { persistentVolumeName: "v" } }, status: {} },
    { spec: { attacher: "a", nodeName: "n", source: { persistentVolumeName: "v" } } },
    ["spec.attacher", "spec"],
  ],
  [
    "VolumeAttributesClass",
    { driverName: "", parameters: { a: "b" } },
    { driverName: "a", parameters: { a: "b" } },
    ["driverName", "driverName"],
  ],
  ["PriorityClass", { value: 2_000_000_000 }, { value: 1 }, ["value"]],
  [
    "StorageClass",
    { provisioner: "", volumeBindingMode: "Immediate" },
    { provisioner: "a", volumeBindingMode: "Immediate" },
    ["provisioner", "provisioner"],
  ],
])("%s %j instead of %j: %j", (kind, next, old, fields) => {
  expect(fieldsOf(kind, next, old)).toEqual(fields);
});

test.each([
  ["PersistentVolume", "", 1],
  ["PersistentVolume", "/status", 2],
  ["ServiceCIDR", "/status", 2],
  ["CustomResourceDefinition", "/status", 2],
])("REG-META-TOLD: an update of a %s%s reports a changed grace %i times", (kind, endpoint, times) => {
  const validate = endpoint === "" ? validateUpdate : validateStatusUpdate;
  const resource = resources.find((candidate) => candidate.kind === kind);
  if (!resource) throw new Error(kind);
  const old = { metadata, spec: {}, status: {} } as unknown as Stored<KubeObject>;
  const next = { ...old, metadata: { ...metadata, deletionGracePeriodSeconds: 5 } } as KubeObject;
  const told = validate(resource, next, old).filter(({ path }) => path === "metadata.deletionGracePeriodSeconds");
  expect(told).toHaveLength(times);
});

test("REG-META-TOLD: a kind that is validated twice reports wrong labels once more", () => {
  const resource = resources.find(({ kind }) => kind === "PersistentVolume");
  if (!resource) throw new Error("no PersistentVolume");
  const old = { metadata, spec: {}, status: {} } as unknown as Stored<KubeObject>;
  const next = { ...old, metadata: { ...metadata, labels: { "b!": "" } } } as KubeObject;
  expect(validateUpdate(resource, next, old).filter(({ path }) => path === "metadata.labels")).toHaveLength(4);
});

const labelled = (kind: string, next: object, old: object): string => {
  const noted = { ...next, metadata: { ...metadata, labels: { "b!": "" }, finalizers: ["nodomain"] } };
  const told = fieldsOf(kind, noted, old).filter((path) => path !== "metadata.namespace");
  return told.map((path) => NAMES[path] ?? path).join(" ");
};
const NAMES: Readonly<Record<string, string>> = { "metadata.labels": "L", "metadata.finalizers[0]": "F" };

test.each<[kind: string, next: object, old: object, order: string]>([
  // Twice by the rules of all kinds, and then by those of the kind itself, among its other rules.
  ["ConfigMap", { data: { "a b": "" } }, { data: {}, immutable: true }, "L L L F immutable data L F data[a b]"],
  ["Ingress", { spec: {} }, { spec: {} }, "L L L F L F spec"],
  ["DeviceClass", { spec: { config: [{}] } }, { spec: {} }, "L L L F L F spec.config[0].opaque"],
  ["ControllerRevision", { revision: -1, data: 2 }, { revision: 0, data: 1 }, "L L L F L F revision data"],
  ["ServiceAccount", {}, {}, "L L L F L F"],
  ["Event", { involvedObject: { namespace: "x" } }, { involvedObject: {} }, "L L involvedObject.namespace"],
])("REG-META-TOLD: %s %j instead of %j: %s", (kind, next, old, order) => {
  expect(labelled(kind, next, old)).toBe(order);
});

test("REG-META-TOLD: a new event of events.k8s.io is checked before its metadata", () => {
  const event = resources.find(({ kind }) => kind === "Event");
  const rules = event?.otherVersions?.[0]?.rules;
  const body = { metadata: { namespace: "n" }, eventTime: "2026-01-01T00:00:00Z", involvedObject: { namespace: "n" } };
  expect(toldOfCreate({ ...event, ...rules } as Resource, { ...body, count: 1 })).toEqual([
    ...["reportingController", "reportingController", "reportingController", "reportingInstance", "action", "reason"],
    ...["metadata.name", "type", "count"],
  ]);
});

test.each([
  ["PodDisruptionBudget", { spec: { selector: {}, minAvailable: -1 } }, ["spec.minAvailable"]],
  ["PodDisruptionBudget", { spec: { selector: {}, minAvailable: 1 } }, ["metadata.name"]],
  [
    "LimitRange",
    { spec: { limits: [{ type: "Pod", default: { cpu: "1" } }] } },
    ["metadata.name", "spec.limits[0].default"],
  ],
])("REG-META-TOLD: a new %s %j without a name: %j", (kind, body, fields) => {
  const resource = resources.find((candidate) => candidate.kind === kind);
  if (!resource) throw new Error(kind);
  expect(toldOfCreate(resource, { metadata: { namespace: "n" }, ...body })).toEqual(fields);
});

function toldOfCreate(resource: Resource, body: object): (string | undefined)[] | undefined {
  try {
    validateCreate(resource, body as KubeObject);
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.status.details?.causes?.map(({ field }) => field);
  }
}
