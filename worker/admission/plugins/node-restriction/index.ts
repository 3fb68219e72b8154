/**
 * NodeRestriction: what a node may write of the objects that its role lets it write
 * (plugin/pkg/admission/noderestriction). Which objects it may read is decided by the node authorizer
 * (worker/auth/node).
 */

import type { CertificateSigningRequest } from "../../../../api/generated/certificates.v1.ts";
import type { PersistentVolumeClaim } from "../../../../api/generated/core.v1.ts";
import type { ResourceSlice } from "../../../../api/generated/resource.v1.ts";
import { sameValue } from "../../../../api/machinery/field-checks.ts";
import { goQuote } from "../../../../api/machinery/field-error.ts";
import { groupResource } from "../../../../api/machinery/meta.ts";
import { parseCertificateRequest } from "../../../../api/machinery/x509/certificate-request.ts";
import { nodeNameOf } from "../../../auth/node/node-identity.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../plugin.ts";
import { refusal } from "../../refusal.ts";
import { checkNode } from "./own-node.ts";
import { checkPod } from "./own-pods.ts";
import { checkPodToken } from "./pod-token.ts";

type Check = (node: string, request: AdmissionRequest) => void | Promise<void>;

const checks: Readonly<Record<string, Check>> = {
  nodes: checkNode,
  pods: checkPod,
  serviceaccounts: checkPodToken,
  persistentvolumeclaims: checkClaimStatus,
  "certificatesigningrequests.certificates.k8s.io": checkCertificateRequest,
  "leases.coordination.k8s.io": checkLease,
  "csinodes.storage.k8s.io": checkCsiNode,
  "resourceslices.resource.k8s.io": checkSlice,
};

export const nodeRestriction: AdmissionPlugin = {
  name: "NodeRestriction",
  handles: ({ context }) => nodeNameOf(context.user) !== undefined,

  // Runs before the kind restores what only its status subresource may change: an attempt by a node is refused, not
  // silently dropped.
  mutate(request) {
    const { user, served } = request.context;
    const node = nodeNameOf(user) ?? "";
    if (node === "") throw refusal(request, `could not determine node from user ${goQuote(user.name)}`);
    return checks[groupResource(served.resource.group, served.resource.plural)]?.(node, request);
  },
};

const LEASE_NAMESPACE = "kube-node-lease";

function checkLease(node: string, request: AdmissionRequest): void {
  if (request.namespace !== LEASE_NAMESPACE) {
    throw refusal(request, `can only access leases in the ${goQuote(LEASE_NAMESPACE)} system namespace`);
  }
  if (request.name !== node) {
    throw refusal(request, "can only access node lease with the same name as the requesting node");
  }
}

function checkCsiNode(node: string, request: AdmissionRequest): void {
  if (request.name !== node) {
    throw refusal(request, "can only access CSINode with the same name as the requesting node");
  }
}

function checkSlice(node: string, request: AdmissionRequest): void {
  const { operation, object, old } = request;
  if (operation !== "CREATE" && operation !== "DELETE") return;
  const { spec } = (operation === "CREATE" ? object : old) as ResourceSlice;
  if (spec.nodeName !== node) {
    throw refusal(
      request,
      `can only ${operation.toLowerCase()} ResourceSlice with the same NodeName as the requesting node`,
    );
  }
}

const OWN_SIGNERS: ReadonlySet<string> = new Set([
  "kubernetes.io/kubelet-serving",
  "kubernetes.io/kube-apiserver-client-kubelet",
]);

/** A node may only be certified as itself. Everything else about the request is checked by its signer. */
function checkCertificateRequest(node: string, request: AdmissionRequest): void {
  if (request.operation !== "CREATE" || request.subresource !== "") return;
  const { spec } = request.object as unknown as { spec: Partial<CertificateSigningRequest["spec"]> };
  if (!OWN_SIGNERS.has(spec.signerName ?? "")) return;
  const name = `system:node:${node}`;
  const parsed = parseCertificateRequest(spec.request ?? "");
  if (!parsed) throw refusal(request, "unable to parse csr: PEM block type must be CERTIFICATE REQUEST");
  if (parsed.commonName !== name) {
    throw refusal(request, `can only create a node CSR with CN=${name}`);
  }
}

/** The fields in which the growth of a volume's file system is reported. */
const CLAIM_FIELDS: ReadonlySet<string> = new Set([
  "capacity",
  "conditions",
  "allocatedResources",
  "allocatedResourceStatuses",
]);

function checkClaimStatus(node: string, request: AdmissionRequest): void {
  if (request.subresource !== "status" || request.operation !== "UPDATE") {
    throw refusal(request, "may only update PVC status");
  }
  const rest = (object: unknown) => {
    const { status, metadata, ...claim } = object as PersistentVolumeClaim;
    const { managedFields: _, resourceVersion: __, ...identity } = metadata;
    const statusFields = Object.entries(status).filter(([field]) => !CLAIM_FIELDS.has(field));
    return { ...claim, metadata: identity, status: Object.fromEntries(statusFields) };
  };
  if (!sameValue(rest(request.object), rest(request.old))) {
    throw refusal(
      request,
      `node ${goQuote(node)} is not allowed to update fields other than status.quantity and status.conditions`,
    );
  }
}
