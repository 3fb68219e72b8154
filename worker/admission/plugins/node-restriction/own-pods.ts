/**
 * A node creates mirrors of its static pods, which may refer to nothing, and writes the status of pods that are bound
 * to it.
 */
import type { Pod, Volume } from "../../../../api/generated/core.v1.ts";
import { sameValue } from "../../../../api/machinery/field-checks.ts";
import { goQuote } from "../../../../api/machinery/field-error.ts";
import { notFound } from "../../../../api/machinery/status.ts";
import { podReferences } from "../../../../api/node/node-sync.ts";
import { ApiError } from "../../../api-error.ts";
import { namesSecrets } from "../../../auth/node/node-graph.ts";
import type { AdmissionRequest } from "../../plugin.ts";
import { refusal } from "../../refusal.ts";

const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

export async function checkPod(node: string, request: AdmissionRequest): Promise<void> {
  const self = goQuote(node);
  switch (request.subresource) {
    case "":
      if (request.operation === "CREATE") return checkMirror(node, request);
      if (request.operation === "DELETE") {
        return requireOwn(node, request, request.old as Pod, `node ${self} can only delete pods`);
      }
      throw refusal(
        request,
        `unexpected operation ${goQuote(request.operation)}, node ${self} can only create and delete mirror pods`,
      );
    case "status":
      return checkStatus(node, request);
    case "eviction":
      return requireOwn(node, request, await podNamed(request), `node ${node} can only evict pods`);
    default:
      throw refusal(
        request,
        `unexpected pod subresource ${goQuote(request.subresource)}, only 'status' and 'eviction' are allowed`,
      );
  }
}

function requireOwn(node: string, request: AdmissionRequest, { spec }: Pod, what: string): void {
  if (spec.nodeName !== node) throw refusal(request, `${what} with spec.nodeName set to itself`);
}

async function podNamed({ context, namespace, name }: AdmissionRequest): Promise<Pod> {
  const { entry } = await context.store.read({ resource: "pods", namespace, name });
  // In the singular, as by Kubernetes' cache of pods.
  if (!entry) throw new ApiError(notFound({ group: "", resource: "pod" }, name));
  return JSON.parse(entry.text) as Pod;
}

async function checkMirror(node: string, request: AdmissionRequest): Promise<void> {
  const pod = request.object as Pod;
  const self = goQuote(node);
  const only = (what: string) => refusal(request, `node ${self} can only create pods with ${what}`);
  if (pod.metadata.annotations?.[MIRROR_ANNOTATION] === undefined) {
    throw refusal(
      request,
      `pod does not have ${goQuote(MIRROR_ANNOTATION)} annotation, node ${self} can only create mirror pods`,
    );
  }
  if (pod.spec.nodeName !== node) throw only("spec.nodeName set to itself");
  const [owner, ...others] = pod.metadata.ownerReferences ?? [];
  if (others.length > 0) throw only("a single owner reference set to itself");
  if (owner?.apiVersion !== "v1" || owner.kind !== "Node" || owner.name !== node) {
    throw only("an owner reference set to itself");
  }
  if (!owner.controller) throw only("a controller owner reference set to itself");
  if (owner.blockOwnerDeletion) {
    throw refusal(request, `node ${self} must not set blockOwnerDeletion on an owner reference`);
  }
  await requireOwnUid(node, request, owner.uid);
  const named = whatItNames(pod);
  if (named !== undefined) throw refusal(request, `node ${self} can not create pods that reference ${named}`);
}

async function requireOwnUid(node: string, request: AdmissionRequest, uid: string): Promise<void> {
  const { entry } = await request.context.store.read({ resource: "nodes", namespace: "", name: node });
  if (!entry) throw new ApiError(notFound({ group: "", resource: "nodes" }, node));
  const expected = (JSON.parse(entry.text) as Pod).metadata.uid;
  if (uid !== expected) throw refusal(request, `node ${node} UID mismatch: expected ${uid} got ${expected}`);
}

function whatItNames(pod: Pod): string | undefined {
  if (pod.spec.serviceAccountName) return "serviceaccounts";
  const references = podReferences(pod);
  if (namesSecrets(pod)) return "secrets";
  if (references.some((reference) => reference.startsWith("configmaps "))) return "configmaps";
  if ((pod.spec.resourceClaims ?? []).length > 0) return "resourceclaims";
  for (const volume of pod.spec.volumes ?? []) {
    const named = whatVolumeNames(volume);
    if (named !== undefined) return named;
  }
  return undefined;
}

function whatVolumeNames({ csi, glusterfs, persistentVolumeClaim, ephemeral, projected }: Volume): string | undefined {
  if (csi) return "csidrivers (via CSI volumes)";
  if (glusterfs) return "endpoints (via glusterFS volumes)";
  if (persistentVolumeClaim) return "persistentvolumeclaims";
  if (ephemeral) return "persistentvolumeclaims (via ephemeral volumes)";
  for (const { serviceAccountToken, clusterTrustBundle, podCertificate } of projected?.sources ?? []) {
    if (serviceAccountToken) return "serviceaccounts (via projected volumes)";
    if (clusterTrustBundle) return "clustertrustbundles";
    if (podCertificate) return "podcertificates";
  }
  return undefined;
}

function checkStatus(node: string, request: AdmissionRequest): void {
  const next = request.object as Pod;
  const old = request.old as Pod;
  const self = goQuote(node);
  requireOwn(node, request, old, `node ${self} can only update pod status for pods`);
  if (!sameValue(next.metadata.labels ?? {}, old.metadata.labels ?? {})) {
    throw refusal(request, `node ${self} cannot update labels through pod status`);
  }
  if (!sameValue(next.status.resourceClaimStatuses ?? [], old.status.resourceClaimStatuses ?? [])) {
    throw refusal(request, `node ${self} cannot update resource claim statues`);
  }
  if (!sameValue(next.status.extendedResourceClaimStatus, old.status.extendedResourceClaimStatus)) {
    throw refusal(request, `node ${self} cannot update extended resource claim status`);
  }
}
