import type { Pod } from "../../generated/core.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { dnsLabel } from "../../machinery/names.ts";
import { ipWarnings } from "../../machinery/network/ip-warnings.ts";
import { defineResource } from "../resource.ts";
import { defaultPod, defaultPodResources, defaultPodSpec } from "./pod/defaults.ts";
import { dropDisabledFields } from "./pod/disabled-fields.ts";
import { mergeMatchLabelKeys } from "./pod/placement/match-label-keys.ts";
import { podColumns } from "./pod/pod-columns.ts";
import { podWarnings } from "./pod/pod-template.ts";
import { validatePod, validatePodCreate } from "./pod/pod-validation.ts";
import { qosClassOf } from "./pod/resources/qos-class.ts";
import { adoptAppArmorAnnotations } from "./pod/security/app-armor.ts";
import { dropGatedStatus, retainObservedGenerations, validatePodStatus } from "./pod/status/pod-status.ts";
import { validateEphemeralContainersUpdate } from "./pod/update/ephemeral-containers-update.ts";
import { validatePodUpdate } from "./pod/update/pod-update.ts";
import { validateResize } from "./pod/update/resize.ts";
import { roundResources } from "./resource-list.ts";

const OPTIONS_VERBS = ["create", "get"] as const;

export const pod = defineResource<Pod>({
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "meta", "whole", "changes"],
  shortNames: ["po"],
  categories: ["all"],
  deleteReturnsObject: true,
  generation: true,
  podSpec: ({ spec }) => spec,
  defaults: (draft) => {
    defaultPodSpec(draft.spec);
    // For pods, not templates, and with every write.
    if ((draft.spec.terminationGracePeriodSeconds ?? 0) < 0) draft.spec.terminationGracePeriodSeconds = 1;
    defaultPod(draft);
    defaultStatus(draft);
  },
  prepareCreate: (draft, warnings = []) => {
    // Kubernetes applies defaults again when it reads the stored object, and containers may have got requests from a
    // limit range since.
    defaultPodResources(draft);
    mergeMatchLabelKeys(draft);
    adoptAppArmorAnnotations(draft, warnings);
    // A given class is kept.
    draft.status = { phase: "Pending", qosClass: draft.status?.qosClass || qosClassOf(draft.spec) };
    if (draft.spec.schedulingGates?.length) draft.status.conditions = [schedulingGated(draft)];
  },
  validate: validatePod,
  validateCreate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  // Pods are mostly changed by programs: only new ones cause warnings.
  warnings: (object, old) => (old ? [] : [...nameWarnings(object), ...podWarnings(object, "")]),
  deletionGraceSeconds: ({ spec, status }, requested) => {
    // Without a node that has to stop it, there is no grace period.
    if (!spec.nodeName || status.phase === "Failed" || status.phase === "Succeeded") return 0;
    const seconds = requested ?? spec.terminationGracePeriodSeconds ?? 0;
    return seconds < 0 ? 1 : seconds;
  },
  status: {
    prepareUpdate: (next, old) => {
      next.spec = old.spec;
      if (old.metadata.deletionTimestamp === undefined) delete next.metadata.deletionTimestamp;
      next.status.qosClass ??= old.status.qosClass ?? qosClassOf(old.spec);
      // A kubelet may not transfer a pod to another owner.
      if (old.metadata.ownerReferences) next.metadata.ownerReferences = old.metadata.ownerReferences;
      else delete next.metadata.ownerReferences;
      retainObservedGenerations(next.status, old.status);
      dropGatedStatus(next.status, old.status);
    },
    validateUpdate: validatePodStatus,
    warnings: ({ status: { podIPs = [], hostIPs = [] } }) => [
      ...podIPs.flatMap(({ ip }, i) => ipWarnings(`status.podIPs[${i}].ip`, ip)),
      ...hostIPs.flatMap(({ ip }, i) => ipWarnings(`status.hostIPs[${i}].ip`, ip)),
    ],
  },
  resets: { status: [["spec"], ["metadata", "deletionTimestamp"], ["metadata", "ownerReferences"]] },
  withoutTable: ["ephemeralcontainers", "resize"],
  subresources: {
    attach: { verbs: OPTIONS_VERBS, kind: { group: "", version: "v1", kind: "PodAttachOptions" } },
    binding: { verbs: ["create"], kind: { group: "", version: "v1", kind: "Binding" } },
    ephemeralcontainers: {
      verbs: ["get", "patch", "update"],
      prepareUpdate: (next, old) => {
        const { ephemeralContainers } = next.spec;
        next.spec = { ...old.spec, ...(ephemeralContainers ? { ephemeralContainers } : {}) };
        if (!ephemeralContainers) delete next.spec.ephemeralContainers;
        restoreAllButSpec(next, old);
      },
      validateUpdate: validateEphemeralContainersUpdate,
    },
    eviction: { verbs: ["create"], kind: { group: "policy", version: "v1", kind: "Eviction" } },
    exec: { verbs: OPTIONS_VERBS, kind: { group: "", version: "v1", kind: "PodExecOptions" } },
    log: { verbs: ["get"] },
    portforward: { verbs: OPTIONS_VERBS, kind: { group: "", version: "v1", kind: "PodPortForwardOptions" } },
    proxy: {
      verbs: ["create", "delete", "get", "patch", "update"],
      kind: { group: "", version: "v1", kind: "PodProxyOptions" },
    },
    resize: {
      verbs: ["get", "patch", "update"],
      prepareUpdate: (next, old) => {
        const { status } = next;
        takeResources(next, old);
        restoreAllButSpec(next, old);
        // Refused by validation, to which Kubernetes passes it as it was sent.
        if (LISTS.some((list) => next.spec[list]?.length !== old.spec[list]?.length)) next.status = status;
      },
      validateUpdate: validateResize,
    },
  },
  fields: {
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
    "spec.restartPolicy": ({ spec }) => spec.restartPolicy ?? "",
    "spec.schedulerName": ({ spec }) => spec.schedulerName ?? "",
    "spec.serviceAccountName": ({ spec }) => spec.serviceAccountName ?? "",
    "spec.hostNetwork": ({ spec }) => String(spec.hostNetwork ?? false),
    "status.phase": ({ status }) => status.phase ?? "",
    "status.podIP": ({ status }) => status.podIP ?? "",
    "status.podIPs": ({ status }) => (status.podIPs ?? []).map(({ ip }) => ip).join(","),
    "status.nominatedNodeName": ({ status }) => status.nominatedNodeName ?? "",
  },
  // Still used by clients from before v1.
  fieldAliases: { "spec.host": "spec.nodeName" },
  columns: podColumns,
  age: false,
  rowConditions: ({ status }) =>
    status.phase === "Succeeded" || status.phase === "Failed"
      ? [
          {
            type: "Completed",
            status: "True",
            reason: status.phase,
            message: status.phase === "Failed" ? "The pod failed." : "The pod has completed successfully.",
          },
        ]
      : [],
});

/** The single address is the list's first; if they differ, the single one wins. */
function defaultStatus({ status }: Pod): void {
  if (status.podIP && status.podIPs?.[0]?.ip !== status.podIP) status.podIPs = [{ ip: status.podIP }];
  else if (!status.podIP && status.podIPs?.[0]?.ip) status.podIP = status.podIPs[0].ip;
  for (const list of [status.containerStatuses, status.initContainerStatuses, status.ephemeralContainerStatuses])
    for (const { allocatedResources, resources } of list ?? []) {
      roundResources(allocatedResources);
      roundResources(resources?.limits);
      roundResources(resources?.requests);
    }
}

function nameWarnings({ metadata }: Pod): string[] {
  const problems = dnsLabel(metadata.name ?? "");
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${problems.join(" ")}]`,
  ];
}

function schedulingGated({ metadata }: Pod) {
  return {
    type: "PodScheduled",
    status: "False",
    ...(metadata.creationTimestamp ? { lastTransitionTime: metadata.creationTimestamp } : {}),
    reason: "SchedulingGated",
    message: "Scheduling is blocked due to non-empty scheduling gates",
  };
}

/** These subresources only change the spec; everything else stays. */
function restoreAllButSpec(next: Pod, old: Pod): void {
  dropDisabledFields(next.spec);
  const { metadata } = next;
  for (const field of ["labels", "annotations", "finalizers", "ownerReferences", "deletionTimestamp"] as const) {
    delete metadata[field];
    if (old.metadata[field] !== undefined) Object.assign(metadata, { [field]: old.metadata[field] });
  }
  metadata.generation = (old.metadata.generation ?? 0) + (sameValue(next.spec, old.spec) ? 0 : 1);
  next.status = old.status;
}

const LISTS = ["containers", "initContainers"] as const;

/**
 * Takes what a resize may change; containers that were added, renamed or moved stay in `next`, for validation to find.
 */
function takeResources(next: Pod, old: Pod): void {
  for (const list of LISTS) {
    const [after = [], before = []] = [next.spec[list], old.spec[list]];
    if (after.length !== before.length || after.some(({ name }, i) => name !== before[i]?.name)) return;
  }
  const { resources: _, ...spec } = old.spec;
  for (const list of LISTS) {
    const before = old.spec[list];
    if (!before) continue;
    spec[list] = before.map((container, i) => {
      const { resources, resizePolicy } = next.spec[list]?.[i] ?? {};
      const { resizePolicy: _, ...rest } = container;
      return { ...rest, resources: resources ?? {}, ...(resizePolicy ? { resizePolicy } : {}) };
    });
  }
  next.spec = { ...spec, ...(next.spec.resources && { resources: next.spec.resources }) };
}
