/**
 * PodSecurity: holds pods to the level in their namespace's labels, warns creators of workloads whose pods would be
 * refused, and warns a client that sets such labels which existing pods violate them
 * (k8s.io/pod-security-admission/admission).
 */
import type { Namespace, PodTemplateSpec } from "../../../../api/generated/core.v1.ts";
import type { KubeObject } from "../../../../api/machinery/meta.ts";
import { invalid } from "../../../../api/machinery/status.ts";
import type { Key } from "../../../../api/store/store.ts";
import { ApiError } from "../../../api-error.ts";
import { noteAnnotation } from "../../../audit/audited-request.ts";
import type { AdmissionRequest } from "../../plugin.ts";
import { refusal } from "../../refusal.ts";
import { defineResourcePlugin, type RequestFor } from "../../resource-plugin.ts";
import type { PodLike } from "./check.ts";
import { detailOf, violationsOf } from "./evaluate.ts";
import { namespaceWarnings } from "./namespace-warnings.ts";
import { compareLevels, type LevelVersion, parsePolicy, textOf } from "./policy.ts";
import { isSignificant } from "./significant-update.ts";

type Templated = KubeObject & { spec?: { template?: PodTemplateSpec; jobTemplate?: { spec?: Templated["spec"] } } };

type ParsedPolicy = ReturnType<typeof parsePolicy>;

const AUDIT = "pod-security.kubernetes.io/";

const namespaceKey = ({ namespace }: AdmissionRequest): Key => ({
  resource: "namespaces",
  namespace: "",
  name: namespace,
});

async function policyOf(request: AdmissionRequest): Promise<ParsedPolicy> {
  const namespace = await request.reads.object<Namespace>(namespaceKey(request));
  return parsePolicy(namespace?.metadata.labels);
}

export const podSecurityOfPods = defineResourcePlugin({
  name: "PodSecurity",
  resources: ["pods"],
  /** The object, and the subresources that change what a pod runs. */
  handles: ["CREATE", "UPDATE", "UPDATE ephemeralcontainers", "UPDATE resize"],
  reads: (request) => [namespaceKey(request)],
  validate: async (request) => checkPod(request, await policyOf(request)),
});

export const podSecurityOfWorkloads = defineResourcePlugin({
  name: "PodSecurity",
  resources: [
    "cronjobs.batch",
    "daemonsets.apps",
    "deployments.apps",
    "jobs.batch",
    "podtemplates",
    "replicasets.apps",
    "replicationcontrollers",
    "statefulsets.apps",
  ],
  handles: ["CREATE", "UPDATE"],
  reads: (request) => [namespaceKey(request)],
  validate: async (request) => reportViolations(request, templateOf(request.object), await policyOf(request)),
});

export const podSecurityOfNamespaces = defineResourcePlugin({
  name: "PodSecurity",
  resources: ["namespaces"],
  handles: ["CREATE", "UPDATE"],
  validate: checkNamespace,
});

function checkPod(request: RequestFor<"pods", "CREATE" | "UPDATE">, parsed: ParsedPolicy): void {
  const { enforce } = parsed.policy;
  const { object: pod, old } = request;
  if (old && !isSignificant(pod, old)) return;
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

async function checkNamespace(request: RequestFor<"namespaces", "CREATE" | "UPDATE">): Promise<void> {
  const { metadata } = request.object;
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
