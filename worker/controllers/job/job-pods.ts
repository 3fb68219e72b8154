/** What a Job's pods tell: which ended how, with which index, and what a new one looks like. */
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Container, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { PatchEffect } from "../controller.ts";
import { podFromTemplate } from "../pod/pod-from-template.ts";
import { podCondition } from "../pod/pod-state.ts";
import { timeOf } from "../time.ts";

export const TRACKING = "batch.kubernetes.io/job-tracking";
const INDEX = "batch.kubernetes.io/job-completion-index";
const INDEX_FAILURES = "batch.kubernetes.io/job-index-failure-count";
const INDEX_IGNORED = "batch.kubernetes.io/job-index-ignored-failure-count";

const OURS = "kubernetes.io/job-controller";

export const isManagedHere = ({ spec }: Job): boolean => (spec.managedBy ?? OURS) === OURS;
export const isIndexed = (job: Job): boolean => job.spec.completionMode === "Indexed";
export const isTracked = (pod: Pod): boolean => pod.metadata.finalizers?.includes(TRACKING) ?? false;
export const succeeded = (pod: Pod): boolean => pod.status.phase === "Succeeded";

/** Replacements wait until a pod has failed for good, instead of until it is being deleted. */
export const replacesOnlyFailed = (job: Job): boolean =>
  job.spec.podReplacementPolicy === "Failed" || job.spec.podFailurePolicy !== undefined;

/** Deleted pods count as failures, because they may never reach the phase. */
export const failed = (pod: Pod, job: Job): boolean =>
  pod.status.phase === "Failed" ||
  (!replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && !succeeded(pod));

/** The completion index; undefined for pods that have none of the job's. */
export function indexOf(pod: Pod, completions: number): number | undefined {
  const text = pod.metadata.annotations?.[INDEX];
  const index = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isInteger(index) && index >= 0 && index < completions ? index : undefined;
}

const countOf = (pod: Pod, annotation: string) => Number(pod.metadata.annotations?.[annotation] ?? 0) || 0;
/** Failures of the index before this pod. */
export const indexFailures = (pod: Pod): number => countOf(pod, INDEX_FAILURES);
export const indexIgnored = (pod: Pod): number => countOf(pod, INDEX_IGNORED);

/** When the pod ended (ms), as far as can be determined. */
export const endOf = (pod: Pod): number =>
  endOfContainers(pod) ?? unreadySince(pod) ?? deletedAt(pod) ?? timeOf(pod.metadata.creationTimestamp) ?? 0;

/** When the last of the containers ended, sidecars included; undefined while one runs. */
export function endOfContainers({ spec, status }: Pod): number | undefined {
  const sidecars = new Set(
    spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === "Always").map(({ name }) => name),
  );
  const counted = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  const ends = counted.map(({ state }) => timeOf(state?.terminated?.finishedAt));
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 || known.length < ends.length ? undefined : Math.max(...known);
}

function unreadySince(pod: Pod): number | undefined {
  const ready = podCondition(pod, "Ready");
  return ready?.status === "False" ? timeOf(ready.lastTransitionTime) : undefined;
}

/** When the deletion was requested (ms): a deletionTimestamp says when the grace period ends. */
export function deletedAt({ metadata }: Pod): number | undefined {
  const until = timeOf(metadata.deletionTimestamp);
  return until === undefined ? undefined : until - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
}

export const untrack = (pod: Stored<Pod>): PatchEffect => untrackIf({ uid: pod.metadata.uid }, pod);

/** Only as long as the pod is as it was seen. */
export const untrackUnchanged = (pod: Stored<Pod>): PatchEffect =>
  untrackIf({ resourceVersion: pod.metadata.resourceVersion }, pod);

const untrackIf = (
  precondition: Partial<Stored<Pod>["metadata"]>,
  { metadata: { namespace = "", name } }: Stored<Pod>,
): PatchEffect => ({
  op: "patch",
  resource: "pods",
  namespace,
  name,
  type: "application/strategic-merge-patch+json",
  patch: { metadata: { ...precondition, "$deleteFromPrimitiveList/finalizers": [TRACKING] } },
});

export function newJobPod(job: Stored<Job>): Pod {
  const pod = podFromTemplate(job, job.spec.template);
  return { ...pod, metadata: { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), TRACKING] } };
}

/** The pod of one index, which is in its hostname, label, annotation and environment. */
export function newIndexedPod(job: Stored<Job>, index: number, failures: { counted: number; ignored: number }): Pod {
  const pod = newJobPod(job);
  const perIndex =
    job.spec.backoffLimitPerIndex === undefined
      ? {}
      : {
          [INDEX_FAILURES]: String(failures.counted),
          ...(failures.ignored > 0 ? { [INDEX_IGNORED]: String(failures.ignored) } : {}),
        };
  const { containers, initContainers } = pod.spec;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: generateName(job.metadata.name, `-${index}-`),
      annotations: { ...pod.metadata.annotations, [INDEX]: String(index), ...perIndex },
      labels: { ...pod.metadata.labels, [INDEX]: String(index) },
    },
    spec: {
      ...pod.spec,
      hostname: `${job.metadata.name}-${index}`,
      containers: containers.map(withIndex),
      ...(initContainers ? { initContainers: initContainers.map(withIndex) } : {}),
    },
  };
}

/** The API server cuts longer prefixes: the index must not be lost. */
const LONGEST_PREFIX = 58;
const generateName = (name: string, end: string) => name.slice(0, LONGEST_PREFIX - end.length) + end;

const ENVIRONMENT = {
  name: "JOB_COMPLETION_INDEX",
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } },
};
const withIndex = (container: Container): Container =>
  container.env?.some(({ name }) => name === ENVIRONMENT.name)
    ? container
    : { ...container, env: [...(container.env ?? []), ENVIRONMENT] };
