/**
 * ResourceQuota: charges the quotas of its namespace in the same commit that stores the object. The quota's new status
 * is a write conditional on the revision that was read, so no race can overdraw it. The existence of quotas is part of
 * policy (worker/policy/policy-resources.ts): namespaces without one cost nothing.
 */
import type { ResourceQuota } from "../../../../api/generated/core.v1.ts";
import { textWithoutRevision } from "../../../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../../../api/machinery/meta.ts";
import type { Entry, Key } from "../../../../api/store/store.ts";
import type { PolicySnapshot } from "../../../policy/snapshot.ts";
import { trackServerStatus } from "../../managed-fields.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../plugin.ts";
import { refusal } from "../../refusal.ts";
import { charge, difference } from "./charge.ts";
import { type Evaluator, evaluatorOf } from "./demand.ts";
import { deviceContextOf } from "./device-context.ts";

const RESOURCE = "resourcequotas";

function namesByNamespace(policy: PolicySnapshot): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { metadata } of policy.list(RESOURCE)) {
    const { namespace = "", name = "" } = metadata;
    names.set(namespace, [...(names.get(namespace) ?? []), name].sort());
  }
  return names;
}

const quotaKeys = ({ context, namespace }: AdmissionRequest): Key[] =>
  (context.policy.derive(namesByNamespace).get(namespace) ?? []).map((name) => ({
    resource: RESOURCE,
    namespace,
    name,
  }));

export const resourceQuota: AdmissionPlugin = {
  name: "ResourceQuota",
  handles: (request) => evaluatorOf(request) !== undefined && quotaKeys(request).length > 0,
  reads: quotaKeys,

  async validate(request) {
    const evaluator = evaluatorOf(request, await deviceContextOf(request));
    if (!evaluator) return;
    const found: { readonly entry: Entry; readonly quota: ResourceQuota; readonly limited: readonly string[] }[] = [];
    // First all quotas check whether the object can be measured, then each whether it has room.
    for (const key of quotaKeys(request)) {
      const entry = await request.reads.entry(key);
      // It was deleted after the policy snapshot was taken.
      if (!entry) continue;
      const quota = JSON.parse(entry.text) as ResourceQuota;
      found.push({ entry, quota, limited: limitedBy(quota, evaluator, request) });
    }
    for (const { entry, quota, limited } of found) {
      const used = usedAfter(request, evaluator, { quota, limited });
      if (!used) continue;
      const key = { resource: RESOURCE, namespace: request.namespace, name: quota.metadata.name ?? "" };
      const next = { ...quota, metadata: { ...quota.metadata }, status: { ...quota.status, used } } as KubeObject;
      trackServerStatus(request.context, { group: "", version: "v1", plural: RESOURCE }, { old: quota, next });
      const text = textWithoutRevision(next);
      request.writes.push({ op: "replace", key, ifRevision: entry.revision, text, attributes: entry.attributes });
    }
  },
};

/**
 * The resources of the object that the quota limits. Throws 403 if their usage is unknown, or not specified in the
 * object.
 */
function limitedBy(quota: ResourceQuota, evaluator: Evaluator, request: AdmissionRequest): readonly string[] {
  const object = request.object as KubeObject;
  const limited = Object.keys(quota.status.hard ?? {}).filter(evaluator.measures);
  if (limited.length === 0 || !evaluator.inScopes(object, quota.spec)) return [];
  const name = quota.metadata.name ?? "";
  const problem = evaluator.problem?.(object, limited);
  if (problem) throw refusal(request, `failed quota: ${name}: ${problem}`);
  // If the usage of one is unknown, Kubernetes names them all.
  if (!limited.every((resource) => resource in (quota.status.used ?? {}))) {
    throw refusal(request, `status unknown for quota: ${name}, resources: ${limited.toSorted().join(",")}`);
  }
  return limited;
}

/** Undefined if the quota does not change. Throws 403 if it does not suffice. */
function usedAfter(
  request: AdmissionRequest,
  evaluator: Evaluator,
  { quota, limited }: { readonly quota: ResourceQuota; readonly limited: readonly string[] },
) {
  const { now } = request.context;
  // A quota whose scopes the object only enters with this update is charged for all of it.
  const before = request.old && evaluator.inScopes(request.old, quota.spec) ? evaluator.usage(request.old, now) : {};
  const demand = difference(evaluator.usage(request.object as KubeObject, now), before);
  if (!limited.some((resource) => resource in demand)) return undefined;
  const charged = charge(quota, demand);
  if (!charged.ok) throw refusal(request, charged.why);
  return charged.used;
}
