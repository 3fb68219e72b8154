/**
 * Maintains an APIService for each group version that CustomResourceDefinitions serve (kube-aggregator's
 * autoregistration). An APIService labelled as auto-registered is recreated, corrected and deleted; all others are left
 * alone.
 */
import type { APIService } from "../../../api/generated/apiregistration.v1.ts";
import { API_SERVICES } from "../api-services.ts";
import { defineController, type Snapshot, settled } from "../controller.ts";
import { same } from "../same.ts";

const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";
const AUTOMANAGED = "kube-aggregator.kubernetes.io/automanaged";

/** Ranks behind the built-in groups, whatever the version. */
const GROUP_PRIORITY = 1000;
const VERSION_PRIORITY = 100;

export const customApiServices = defineController({
  name: "crd-registration-controller",
  program: "kube-apiserver",
  reads: [DEFINITIONS, API_SERVICES],
  writes: [API_SERVICES],
  itemsOf({ resource, object, snapshot }) {
    if (resource === API_SERVICES) return isAutomanaged(object) ? [object.metadata.name] : [];
    const { group, versions } = object.spec;
    // A version that the definition no longer has is only known from its APIService.
    const automanaged = snapshot.list(API_SERVICES).filter((each) => each.spec.group === group && isAutomanaged(each));
    return [
      ...new Set([...versions.map(({ name }) => `${name}.${group}`), ...automanaged.map((each) => each.metadata.name)]),
    ];
  },
  reconcile(name, { snapshot }) {
    const existing = snapshot.get(API_SERVICES, "", name);
    if (existing && !isAutomanaged(existing)) return settled;
    const spec = specOf(name, snapshot);
    if (!spec) {
      if (!existing || existing.metadata.deletionTimestamp) return settled;
      const { uid } = existing.metadata;
      return { effects: [{ op: "delete", resource: API_SERVICES, namespace: "", name, uid }] };
    }
    if (!existing) {
      const metadata = { name, labels: { [AUTOMANAGED]: "true" } };
      const object = { kind: "APIService", apiVersion: "apiregistration.k8s.io/v1", metadata, spec };
      return { effects: [{ op: "create", resource: API_SERVICES, namespace: "", object }] };
    }
    if (same(existing.spec, spec)) return settled;
    return {
      effects: [{ op: "update", resource: API_SERVICES, namespace: "", object: { ...existing, spec } }],
    };
  },
});

/** Those of the built-in groups are labelled "onstart", and are not this loop's. */
const isAutomanaged = ({ metadata }: APIService): boolean => metadata.labels?.[AUTOMANAGED] === "true";

/** Undefined for a group version that no definition serves. `name` is `VERSION.GROUP`. */
function specOf(name: string, snapshot: Snapshot): APIService["spec"] | undefined {
  const dot = name.indexOf(".");
  const [version, group] = [name.slice(0, dot), name.slice(dot + 1)];
  const isServed = snapshot
    .list(DEFINITIONS)
    .some(({ spec }) => spec.group === group && spec.versions.some((each) => each.served && each.name === version));
  if (!isServed) return undefined;
  return { group, version, groupPriorityMinimum: GROUP_PRIORITY, versionPriority: VERSION_PRIORITY };
}
