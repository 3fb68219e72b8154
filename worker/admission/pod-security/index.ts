/**
 * PodSecurity: holds pods to the level that their namespace's labels name, tells makers of workloads that theirs would be
 * refused, and makers of such labels what already breaks them (k8s.io/pod-security-admission/admission).
 */
import type { Namespace, Pod, PodTemplateSpec } from "../../../api/generated/core.v1.ts";
import { groupResource, type KubeObject } from "../../../api/machinery/meta.ts";
import { forbidden, invalid } from "../../../api/machinery/status.ts";
import type { Key } from "../../../api/store.ts";
import { ApiError } from "../../api-error.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import type { PodLike } from "./check.ts";
import { detailOf, violationsOf } from "./evaluate.ts";
import { namespaceWarnings } from "./namespace-warnings.ts";
import { compareLevels, type NamespacePolicy, parsePolicy, textOf } from "./policy.ts";
import { isSignificant } from "./significant-update.ts";

type Templated = KubeObject & { spec?: { template?: PodTemplateSpec; jobTemplate?: { spec?: Templated["spec"] } } };

const WORKLOADS: ReadonlySet<string> = new Set([
  "cronjobs.batch",
  "daemonsets.apps",
  "deployments.apps",
  "jobs.batch",
  "podtemplates",
  "replicasets.apps",
  "replicationcontrollers",
  "statefulsets.apps",
]);
/** Those that change what a pod runs. */
const POD_SUBRESOURCES: ReadonlySet<string> = new Set(["", "ephemeralcontainers", "resize"]);

type Subject = "pod" | "workload" | "namespace";

function subjectOf({ operation, subresource, context }: AdmissionRequest): Subject | undefined {
  if (operation !== "CREATE" && operation !== "UPDATE") return undefined;
  const { group, plural } = context.served.resource;
  const resource = groupResource(group, plural);
  if (resource === "pods") return POD_SUBRESOURCES.has(subresource) ? "pod" : undefined;
  if (subresource !== "") return undefined;
  if (resource === "namespaces") return "namespace";
  return WORKLOADS.has(resource) ? "workload" : undefined;
}

const namespaceKey = (name: string): Key => ({ resource: "namespaces", namespace: "", name });

export const podSecurity: AdmissionPlugin = {
  name: "PodSecurity",
  handles: (request) => subjectOf(request) !== undefined,
  reads: (request) => (subjectOf(request) === "namespace" ? [] : [namespaceKey(request.namespace)]),

  async validate(request) {
    const subject = subjectOf(request);
    if (subject === "namespace") return checkNamespace(request);
    const namespace = await request.reads.object<Namespace>(namespaceKey(request.namespace));
    const { policy } = parsePolicy(namespace?.metadata.labels);
    if (subject === "pod") checkPod(request, policy);
    else warnOf(request, templateOf(request.object as Templated), policy);
  },
};

function checkPod(request: AdmissionRequest, policy: NamespacePolicy): void {
  const pod = request.object as unknown as Pod;
  if (request.old && !isSignificant(pod, request.old as unknown as Pod)) return;
  const violations = violationsOf(pod, policy.enforce);
  if (violations.length > 0) {
    const why = `violates PodSecurity ${JSON.stringify(textOf(policy.enforce))}: ${detailOf(violations)}`;
    throw new ApiError(forbidden({ group: "", resource: "pods" }, request.name, why));
  }
  warnOf(request, pod, policy);
}

function warnOf({ context }: AdmissionRequest, pod: PodLike | undefined, { warn }: NamespacePolicy): void {
  if (!pod) return;
  const violations = violationsOf(pod, warn);
  if (violations.length === 0) return;
  context.warnings.push(`would violate PodSecurity ${JSON.stringify(textOf(warn))}: ${detailOf(violations)}`);
}

function templateOf(object: Templated): PodLike | undefined {
  const { template, jobTemplate } = object.spec ?? {};
  const found = template ?? jobTemplate?.spec?.template ?? (object as { template?: PodTemplateSpec }).template;
  return found?.spec && { metadata: found.metadata ?? {}, spec: found.spec };
}

async function checkNamespace(request: AdmissionRequest): Promise<void> {
  const { metadata } = request.object as KubeObject;
  const { policy: next, errors } = parsePolicy(metadata.labels);
  const before = parsePolicy(request.old?.metadata.labels);
  // What was wrong before and still is does not stand in the way of other changes.
  if (errors.length > 0 && JSON.stringify(errors) !== JSON.stringify(before.errors)) {
    throw new ApiError(invalid("", "Namespace", metadata.name ?? "", errors));
  }
  if (!request.old || next.enforce.level === "privileged") return;
  const sameVersion = next.enforce.minor === before.policy.enforce.minor;
  if (sameVersion && compareLevels(next.enforce.level, before.policy.enforce.level) <= 0) return;
  request.context.warnings.push(...(await namespaceWarnings(request.context.store, request.name, next.enforce)));
}
