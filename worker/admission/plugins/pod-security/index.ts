/**
 * PodSecurity: holds pods to the level in their namespace's labels, warns creators of workloads whose pods would be
 * refused, and warns whoever sets such labels which existing pods violate them
 * (k8s.io/pod-security-admission/admission).
 */
import type { Namespace, Pod, PodTemplateSpec } from "../../../../api/generated/core.v1.ts";
import { groupResource, type KubeObject } from "../../../../api/machinery/meta.ts";
import { invalid } from "../../../../api/machinery/status.ts";
import type { Key } from "../../../../api/store/store.ts";
import { ApiError } from "../../../api-error.ts";
import { noteAnnotation } from "../../../audit/audited-request.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../plugin.ts";
import { refusal } from "../../refusal.ts";
import type { PodLike } from "./check.ts";
import { detailOf, violationsOf } from "./evaluate.ts";
import { namespaceWarnings } from "./namespace-warnings.ts";
import { compareLevels, type LevelVersion, parsePolicy, textOf } from "./policy.ts";
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
/** Subresources that change what a pod runs. */
const POD_SUBRESOURCES: ReadonlySet<string> = new Set(["", "ephemeralcontainers", "resize"]);

type ParsedPolicy = ReturnType<typeof parsePolicy>;

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

const AUDIT = "pod-security.kubernetes.io/";

const namespaceKey = (name: string): Key => ({ resource: "namespaces", namespace: "", name });

export const podSecurity: AdmissionPlugin = {
  name: "PodSecurity",
  handles: (request) => subjectOf(request) !== undefined,
  reads: (request) => (subjectOf(request) === "namespace" ? [] : [namespaceKey(request.namespace)]),

  async validate(request) {
    const subject = subjectOf(request);
    if (subject === "namespace") return checkNamespace(request);
    const namespace = await request.reads.object<Namespace>(namespaceKey(request.namespace));
    const parsed = parsePolicy(namespace?.metadata.labels);
    if (subject === "pod") checkPod(request, parsed);
    else reportViolations(request, templateOf(request.object as Templated), parsed);
  },
};

function checkPod(request: AdmissionRequest, parsed: ParsedPolicy): void {
  const { enforce } = parsed.policy;
  const pod = request.object as Pod;
  if (request.old && !isSignificant(pod, request.old as Pod)) return;
  noteAnnotation(request.context.request, `${AUDIT}enforce-policy`, textOf(enforce));
  const violations = violationsOf(pod, enforce);
  if (violations.length === 0) {
    reportViolations(request, pod, parsed);
    return;
  }
  noteForAudit(request, pod, parsed);
  const why = `violates PodSecurity ${JSON.stringify(textOf(enforce))}: ${detailOf(violations)}`;
  throw refusal(request, why);
}

/** By warnings to the client, and by annotations in the audit log. */
function reportViolations(request: AdmissionRequest, pod: PodLike | undefined, parsed: ParsedPolicy): void {
  if (!pod) return;
  noteForAudit(request, pod, parsed);
  const warning = wouldViolate(pod, parsed.policy.warn);
  if (warning !== undefined) request.context.warnings.push(warning);
}

function noteForAudit({ context }: AdmissionRequest, pod: PodLike, { policy, errors }: ParsedPolicy): void {
  if (errors.length > 0)
    noteAnnotation(context.request, `${AUDIT}error`, `Failed to parse policy: ${aggregate(errors)}`);
  const violation = wouldViolate(pod, policy.audit);
  if (violation !== undefined) noteAnnotation(context.request, `${AUDIT}audit-violations`, violation);
}

/** Joins several errors the way Kubernetes prints them. */
function aggregate(errors: ParsedPolicy["errors"]): string {
  const texts = errors.map(({ path, message }) => `${path}: ${message}`).join(", ");
  return errors.length === 1 ? texts : `[${texts}]`;
}

function wouldViolate(pod: PodLike, standard: LevelVersion): string | undefined {
  const violations = violationsOf(pod, standard);
  if (violations.length === 0) return undefined;
  return `would violate PodSecurity ${JSON.stringify(textOf(standard))}: ${detailOf(violations)}`;
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
  // An error that existed before does not block unrelated changes.
  if (errors.length > 0 && JSON.stringify(errors) !== JSON.stringify(before.errors)) {
    throw new ApiError(invalid("", "Namespace", metadata.name ?? "", errors));
  }
  if (!request.old || next.enforce.level === "privileged") return;
  const sameVersion = next.enforce.minor === before.policy.enforce.minor;
  if (sameVersion && compareLevels(next.enforce.level, before.policy.enforce.level) <= 0) return;
  request.context.warnings.push(...(await namespaceWarnings(request.context.store, request.name, next.enforce)));
}
