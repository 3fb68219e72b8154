/**
 * Device claims (resource.k8s.io): creates those that pods name by a template, and releases reservations of pods that
 * no longer need them.
 */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { OwnerReference } from "../../../api/generated/meta.v1.ts";
import type { ResourceClaim, ResourceClaimTemplate } from "../../../api/generated/resource.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { defineController, type Effect, type EventRecord, type Plan, type Snapshot, settled } from "../controller.ts";
import { controllerOf, controllerReference } from "../controller-ref.ts";
import { itemKey, itemOf, splitItem } from "../item-key.ts";
import { isTerminated } from "../pod/pod-state.ts";
import { statusApply } from "../status-update.ts";

const CLAIMS = "resourceclaims.resource.k8s.io";
const TEMPLATES = "resourceclaimtemplates.resource.k8s.io";
const POD_CLAIM = "resource.kubernetes.io/pod-claim-name";
const FINALIZER = "resource.kubernetes.io/delete-protection";
/** The longest base of a generated name, before its random suffix. */
const MAX_BASE_LENGTH = 57;

type PodClaim = NonNullable<Pod["spec"]["resourceClaims"]>[number];

export const podClaimsController = defineController({
  name: "resource-claim-controller",
  component: "resource_claim",
  reads: [CLAIMS, TEMPLATES, "pods"],
  writes: [CLAIMS, "pods"],
  itemsOf({ resource, object, deleted, snapshot }) {
    if (resource === "pods") return !deleted && namesTemplates(object) ? [itemKey(object)] : [];
    const { namespace = "" } = object.metadata;
    if (resource === TEMPLATES) return deleted ? [] : podsOfTemplate(object, snapshot);
    const owner = controllerOf(object);
    return owner?.kind === "Pod" ? [itemOf(namespace, owner.name)] : [];
  },
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const pod = snapshot.get("pods", namespace, name);
    return pod && !pod.metadata.deletionTimestamp && !isTerminated(pod) ? planPodClaims(pod, snapshot) : settled;
  },
});

const namesTemplates = ({ spec }: Pod) => spec.resourceClaims?.some((each) => each.resourceClaimTemplateName) ?? false;

const podsOfTemplate = ({ metadata: { namespace = "", name } }: Stored<ResourceClaimTemplate>, snapshot: Snapshot) =>
  snapshot
    .list("pods", namespace)
    .filter(({ spec }) => spec.resourceClaims?.some((each) => each.resourceClaimTemplateName === name))
    .map(itemKey);

/** The names of a pod's claims are written once all of them exist, because they are applied together. */
function planPodClaims(pod: Stored<Pod>, snapshot: Snapshot): Plan {
  const { namespace = "", uid } = pod.metadata;
  const known = new Map((pod.status.resourceClaimStatuses ?? []).map((each) => [each.name, each.resourceClaimName]));
  const made = snapshot.ownedBy(CLAIMS, uid);
  const resourceClaimStatuses: { name: string; resourceClaimName: string }[] = [];
  const creations: Effect[] = [];
  for (const podClaim of pod.spec.resourceClaims ?? []) {
    const { name, resourceClaimTemplateName } = podClaim;
    // A status without a claim's name says that the pod needs none.
    if (!resourceClaimTemplateName || (known.has(name) && known.get(name) === undefined)) continue;
    // A claim of that name that is not the pod's any more is in the way until somebody deletes it.
    const claim =
      snapshot.get<ResourceClaim>(CLAIMS, namespace, known.get(name) ?? "") ??
      made.find(({ metadata }) => metadata.annotations?.[POD_CLAIM] === name);
    if (claim) {
      resourceClaimStatuses.push({ name, resourceClaimName: claim.metadata.name });
      continue;
    }
    const template = snapshot.get(TEMPLATES, namespace, resourceClaimTemplateName);
    if (!template) return { effects: creations, events: [missingTemplate(pod, podClaim)] };
    creations.push(creation(pod, podClaim, template));
  }
  if (creations.length > 0) return { effects: creations };
  const isRecorded = resourceClaimStatuses.every(
    ({ name, resourceClaimName }) => known.get(name) === resourceClaimName,
  );
  if (isRecorded) return settled;
  const status = { resourceClaimStatuses };
  return { effects: [statusApply("pods", pod, { fieldManager: "ResourceClaimController", status })] };
}

function creation(pod: Stored<Pod>, podClaim: PodClaim, { spec }: Stored<ResourceClaimTemplate>): Effect {
  const { labels, annotations } = spec.metadata ?? {};
  const { namespace = "" } = pod.metadata;
  const object: ResourceClaim = {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: {
      generateName: generateName(pod.metadata.name, podClaim.name),
      namespace,
      ownerReferences: [ownerOf(pod)],
      annotations: { ...annotations, [POD_CLAIM]: podClaim.name },
      ...(labels ? { labels } : {}),
    },
    spec: spec.spec,
    status: {},
  };
  const message = `PodResourceClaim ${podClaim.name}: create ResourceClaim : {message}`;
  const record = { about: pod, failure: { reason: "FailedResourceClaimCreation", message } };
  return { op: "create", resource: CLAIMS, namespace, object, record };
}

/** A pod's deletion does not wait for its claims (blockOwnerDeletion). */
function ownerOf(pod: Stored<Pod>): OwnerReference {
  const { blockOwnerDeletion: _, ...owner } = controllerReference(pod);
  return owner;
}

/** If both names together are too long, both are shortened proportionally. */
function generateName(pod: string, claim: string): string {
  const whole = `${pod}-${claim}-`;
  if (whole.length <= MAX_BASE_LENGTH) return whole;
  const cut = (text: string) => text.slice(0, Math.floor((text.length * MAX_BASE_LENGTH) / whole.length));
  return `${cut(pod)}-${cut(claim)}`;
}

const missingTemplate = (about: Stored<Pod>, { name, resourceClaimTemplateName }: PodClaim): EventRecord => ({
  about,
  type: "Warning",
  reason: "FailedResourceClaimCreation",
  message: `PodResourceClaim ${name}: resource claim template "${resourceClaimTemplateName}": resourceclaimtemplate.resource.k8s.io "${resourceClaimTemplateName}" not found`,
});

/** Reservations end with their pods, an allocation with its last reservation, and a generated claim with its pod. */
export const claimReleaseController = defineController({
  name: "resource-claim-controller",
  component: "resource_claim",
  reads: [CLAIMS, "pods"],
  writes: [CLAIMS],
  itemsOf({ resource, object, deleted }) {
    if (resource === CLAIMS) return deleted ? [] : [itemKey(object)];
    const pod = object;
    return deleted || isDone(pod) ? claimsOf(pod) : [];
  },
  reconcile(item, { snapshot }) {
    const { namespace, name } = splitItem(item);
    const claim = snapshot.get(CLAIMS, namespace, name);
    return claim ? planRelease(claim, snapshot) : settled;
  },
});

/** None of its containers runs or will run. */
const isDone = (pod: Pod) => isTerminated(pod) || (pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName);

/** Claims that the pod names, that were created for it from templates, and for its extended resources. */
function claimsOf({ metadata: { namespace = "" }, spec, status }: Stored<Pod>): string[] {
  const named = (spec.resourceClaims ?? []).map((each) => each.resourceClaimName);
  const generated = (status.resourceClaimStatuses ?? []).map((each) => each.resourceClaimName);
  const extended = status.extendedResourceClaimStatus?.resourceClaimName;
  return [...named, ...generated, extended].filter((name) => name !== undefined).map((name) => itemOf(namespace, name));
}

/** Others may have changed the list meanwhile. */
function removalOf(finalizers: readonly string[]): readonly object[] {
  const path = `/metadata/finalizers/${finalizers.indexOf(FINALIZER)}`;
  return [
    { op: "test", path, value: FINALIZER },
    { op: "remove", path },
  ];
}

function planRelease(claim: Stored<ResourceClaim>, snapshot: Snapshot): Plan {
  const { namespace = "", name, uid, finalizers = [], deletionTimestamp } = claim.metadata;
  const { reservedFor = [], allocation, ...rest } = claim.status;
  const isPod = (each: (typeof reservedFor)[number]) => !each.apiGroup && each.resource === "pods";
  const needs = (podName: string, podUid: string) => {
    const pod = snapshot.get("pods", namespace, podName);
    return pod !== undefined && pod.metadata.uid === podUid && !isDone(pod);
  };
  const valid = reservedFor.filter((each) => !isPod(each) || needs(each.name, each.uid));
  const unused = valid.length === 0;
  const released = valid.length < reservedFor.length;
  // A claim that was never reserved may be about to be: an allocation only ends after its use, or with the claim.
  const deallocated = unused && (released || deletionTimestamp !== undefined) && finalizers.includes(FINALIZER);
  const kept = deallocated ? undefined : allocation;
  const without: Effect = {
    op: "patch",
    resource: CLAIMS,
    namespace,
    name,
    type: "application/json-patch+json",
    patch: removalOf(finalizers),
  };
  if (released || (deallocated && allocation)) {
    const status = {
      ...rest,
      ...(kept ? { allocation: kept } : {}),
      ...(valid.length > 0 ? { reservedFor: valid } : {}),
    };
    const object = { ...claim, status };
    const update: Effect = { op: "update", resource: CLAIMS, namespace, subresource: "status", object };
    return { effects: deallocated ? [update, without] : [update] };
  }
  // A scheduler adds the finalizer before it allocates, so that alone is no reason to remove it.
  if (deallocated) return { effects: [without] };
  const owner = controllerOf(claim);
  const pod = owner?.kind === "Pod" ? snapshot.get("pods", namespace, owner.name) : undefined;
  const orphaned = pod !== undefined && (pod.metadata.uid !== owner?.uid || isDone(pod));
  return unused && orphaned && deletionTimestamp === undefined
    ? { effects: [{ op: "delete", resource: CLAIMS, namespace, name, uid }] }
    : settled;
}
