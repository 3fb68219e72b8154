/** Runs a Job's pods to completion, and reports the outcome. */

import type { Job, JobStatus } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { isConditionTrue } from "../../../api/machinery/conditions.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import {
  type Batch,
  defineController,
  type Effect,
  type EventRecord,
  type Plan,
  type ReconcileContext,
  settled,
} from "../controller.ts";
import { claim, ownersOf } from "../controller-ref.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { podRemoval } from "../pod/pod-removal.ts";
import { isActive, isReady, isTerminated } from "../pod/pod-state.ts";
import { same } from "../same.ts";
import { statusUpdate } from "../status-update.ts";
import { earliestWake } from "../time.ts";
import { withEvent } from "../with-event.ts";
import { API_BACKOFF, endOfBackoff, type Failures, failuresOf, failuresSince } from "./backoff.ts";
import { addCondition, decidedEnding, type Ending, isFinished } from "./conditions.ts";
import { deadlineOf, endingOf, isComplete } from "./ending.ts";
import {
  deletedAt,
  endOfContainers,
  failed,
  indexOf,
  isIndexed,
  isManagedHere,
  isTracked,
  succeeded,
  TRACKING,
  untrack,
} from "./job-pods.ts";
import { verdictOf } from "./pod-failure-policy.ts";
import { planPods } from "./pod-plan.ts";
import { noteStatus, planSuspension } from "./status.ts";
import { type Tally, tallyPods } from "./tally.ts";

const RESOURCE = "jobs.batch";
const PRIMARY = { resource: RESOURCE, kind: "Job", apiVersion: "batch/v1" } as const;
const selectorOf = ({ spec }: Job) => spec.selector;

export const jobController = defineController({
  name: "job-controller",
  reads: [RESOURCE, "pods"],
  writes: [RESOURCE, "pods"],
  pace: API_BACKOFF,
  remembers: true,
  itemsOf: (change) =>
    change.resource === RESOURCE ? [itemKey(change.object)] : ownersOf(change, PRIMARY, selectorOf),
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const job = context.snapshot.get(RESOURCE, namespace, name);
    if (!job || isFinished(job) || !isManagedHere(job)) return settled;
    return planJob(job, context);
  },
});

function planJob(job: Stored<Job>, context: ReconcileContext): Plan {
  const { snapshot, now } = context;
  const claimed = claim<Pod>(snapshot, "pods", job, { selector: job.spec.selector, finalizers: [TRACKING] });
  const known = failuresOf(job, context.remembered);
  if (claimed.effects.length > 0) return remembering(known, { effects: claimed.effects });
  const pods = claimed.owned;
  const leftAlone = decidedEnding(job.status) ? 0 : Math.max(0, ...pods.map((pod) => restsUntil(job, pod)));
  const tally = tallyPods(job, pods);
  const failures = failuresSince(known, lengthening(job, tally));
  const plan =
    leftAlone > now ? { effects: [], wakeAt: leftAlone } : planPodsOf(job, { pods, tally, failures }, context);
  return remembering(failures, plan);
}

/**
 * What is ignored makes a job wait, but one that waits already waits no longer for it, unless its status counts the pod
 * as terminating.
 */
function lengthening({ status }: Job, { ended, ignored }: Tally): Tally["ended"] {
  if (status.active) return ended;
  const isCounted = ({ metadata }: Pod) => status.terminating && metadata.deletionTimestamp;
  return { ...ended, failed: ended.failed.filter((pod) => !ignored.includes(pod) || isCounted(pod)) };
}

const remembering = (failures: Failures, plan: Plan): Plan =>
  failures.recent.length > 0 ? { ...plan, remember: failures } : plan;

/**
 * Until when a terminating pod is left alone (ms): by then it may have ended by itself, and counts by its own result,
 * not as a failure. Kubernetes looks at such pods once a second.
 */
const restsUntil = (job: Job, pod: Stored<Pod>): number =>
  isTracked(pod) && !isTerminated(pod) && failed(pod, job) ? (deletedAt(pod) ?? 0) + REST_MS : 0;

const REST_MS = 2000;

interface Found {
  readonly pods: readonly Stored<Pod>[];
  readonly tally: Tally;
  readonly failures: Failures;
}

function planPodsOf(
  job: Stored<Job>,
  { pods, tally, failures }: Found,
  { now, lastActed, failure }: ReconcileContext,
): Plan {
  const active = pods.filter(isActive);
  const decided = decidedEnding(job.status);
  const ending = decided ?? endingOf(job, pods, tally, now);
  const othersUntil = ending && !decided && active.length > 0 ? othersEndUntil(tally) : 0;
  if (othersUntil > now && othersUntil <= now + REST_MS) return { effects: [], wakeAt: othersUntil };
  if (ending) return planEnding(job, { ending, pods, tally }, now);
  if (job.metadata.deletionTimestamp) {
    const counting = planCounting(job, { pods, tally, active: active.length, now, lastActed });
    return { ...counting, ...earliestWake(counting.wakeAt, deadlineOf(job)) };
  }
  const work = planPods(job, { active, tally, pods, backoffEnd: endOfBackoff(failures), now });
  const waits = earliestWake(work.waitsUntil, deadlineOf(job));
  if (work.waitsUntil !== undefined && !canReportBackOff(job, active)) return { effects: [], ...waits };
  const remaining = work.waitsUntil === undefined ? active.length - work.removed : 0;
  if (isComplete(job, tally, active.length) && work.effects.length === 0) {
    const ending: Ending = {
      type: "SuccessCriteriaMet",
      reason: "CompletionsReached",
      message: "Reached expected number of succeeded pods",
    };
    return planEnding(job, { ending, pods, tally }, now);
  }
  const isIdle = work.effects.length === 0;
  const count = (active: number) =>
    planCounting(job, { pods, tally, active, removed: work.removed, isIdle, now, lastActed });
  const counting = count(remaining);
  const releases = counting.effects.some(({ op }) => op === "batch");
  // A new job's status is written once, with its pods, if they can be created.
  if (job.status.startTime === undefined && work.created > 0 && failure === undefined && !releases)
    return { effects: [...work.effects, ...count(remaining + work.created).effects], ...waits };
  // Counting comes first: it releases pods even where no new one may be created (in a terminating namespace).
  return { effects: [...counting.effects, ...work.effects], ...earliestWake(waits.wakeAt, counting.wakeAt) };
}

/**
 * Until when pods may end by themselves beside the one whose end decides the job's, before they are deleted (ms).
 * Kubernetes looks at pods a second after their changes.
 */
const othersEndUntil = ({ fresh, ended }: Tally): number =>
  Math.min(...[...fresh.failed, ...ended.succeeded].map((pod) => endOfContainers(pod) ?? 0)) + REST_MS;

/**
 * A job in back-off reports that no pod is active. While pods are ready that is impossible, because validation rejects
 * more ready than active pods: Kubernetes updates nothing until the back-off is over.
 */
const canReportBackOff = ({ status }: Job, active: readonly Pod[]): boolean => {
  const ready = active.filter(isReady).length;
  return ready === 0 || (status.ready === ready && !status.active);
};

/** Deletes what still runs, counts it, and finally writes the last condition. */
function planEnding(
  job: Stored<Job>,
  { ending, pods, tally }: { ending: Ending; pods: readonly Stored<Pod>[]; tally: Tally },
  now: number,
): Plan {
  const running = pods.filter((pod) => !isTerminated(pod));
  const active = running.filter((pod) => !pod.metadata.deletionTimestamp);
  // A failing job counts all pods that it deletes as failed; a succeeding one leaves the rest uncounted.
  const known = new Set([...tally.noted.failed, ...tally.fresh.failed.map(({ metadata }) => metadata.uid)]);
  const ended =
    ending.type === "FailureTarget" ? running.filter((pod) => isTracked(pod) && !known.has(pod.metadata.uid)) : [];
  const inTurn = [...tally.fresh.succeeded, ...tally.fresh.failed];
  const released = [...new Set([...ended, ...tally.held.values()])].filter((pod) => countsAsFailure(job, pod));
  const finalTally: Tally = {
    ...tally,
    fresh: { succeeded: tally.fresh.succeeded, failed: [...tally.fresh.failed, ...released] },
  };
  const decided = {
    ...job.status,
    conditions: addCondition(job.status.conditions ?? [], { ...ending, status: "True" }, now),
  };
  const noted = noteStatus(job, decided, { tally: finalTally, active: 0, ready: 0, terminating: running.length, now });
  const removals: Effect[] = active.map((pod) => podRemoval(job, pod));
  const tracked = pods.filter(isTracked);
  if (tracked.length > 0 || active.length > 0 || inTurn.length > 0) {
    const waiting = unrecorded(finalTally, noted);
    const releases = tracked.filter((pod) => !waiting.has(pod)).map(untrack);
    return { effects: [...statusUpdate(RESOURCE, job, noted), batch(removals), batch(releases)].filter(isNeeded) };
  }
  if (running.length > 0) return { effects: statusUpdate(RESOURCE, job, noted) };
  return planLastWord(job, ending, { noted, now });
}

/** Whether the end of a pod counts, if it is no success. */
const countsAsFailure = (job: Job, pod: Stored<Pod>): boolean =>
  verdictOf(job, pod).action !== "Ignore" && (!isIndexed(job) || indexOf(pod, job.spec.completions ?? 0) !== undefined);

function planLastWord(job: Stored<Job>, ending: Ending, { noted, now }: { noted: JobStatus; now: number }): Plan {
  // The interim condition must be visible before the final one.
  if (!isConditionTrue(job.status, ending.type)) return { effects: statusUpdate(RESOURCE, job, noted) };
  const succeeds = ending.type === "SuccessCriteriaMet";
  const { reason, message } = ending;
  const final = { type: succeeds ? "Complete" : "Failed", status: "True", reason, message };
  const began = noted.startTime ?? (job.spec.completions === 0 ? undefined : timestamp(now));
  const status: JobStatus = {
    ...noted,
    // The API requires it of a job that ends, even if it is suspended and therefore has none.
    ...(began === undefined ? {} : { startTime: began }),
    conditions: addCondition(noted.conditions ?? [], final, now),
    ...(succeeds ? { completionTime: timestamp(now) } : {}),
  };
  const event: EventRecord = succeeds
    ? { about: job, type: "Normal", reason: "Completed", message: "Job completed" }
    : { about: job, type: "Warning", reason, message };
  const { completions = Number.POSITIVE_INFINITY } = job.spec;
  const isExceeded = succeeds && (status.succeeded ?? 0) > completions;
  return { effects: withEvent(statusUpdate(RESOURCE, job, status), event), events: isExceeded ? [tooMany(job)] : [] };
}

/** More pods succeeded than were asked for, such as adopted ones. */
const tooMany = (about: Stored<Job>): EventRecord => ({
  about,
  type: "Warning",
  reason: "TooManySucceededPods",
  message: "Too many succeeded pods running after completion count reached",
});

interface Counting {
  readonly pods: readonly Stored<Pod>[];
  readonly tally: Tally;
  readonly active: number;
  /** Pods that this plan deletes. */
  readonly removed?: number;
  /** No pod is to be created or deleted. */
  readonly isIdle?: boolean;
  readonly now: number;
  readonly lastActed: number | undefined;
}

/** The status of a running job, and the finalizers of the pods that it records. */
function planCounting(
  job: Stored<Job>,
  { pods, tally, active, removed = 0, isIdle = false, now, lastActed }: Counting,
): Plan {
  const isEnding = job.metadata.deletionTimestamp !== undefined;
  const { status: suspended, event } = isEnding ? { status: job.status } : planSuspension(job, now);
  const ready = pods.filter((pod) => isActive(pod) && isReady(pod)).length;
  const terminating = pods.filter((pod) => pod.metadata.deletionTimestamp && !isTerminated(pod)).length + removed;
  const next = noteStatus(job, suspended, { tally, active, ready: Math.min(ready, active), terminating, now });
  const quietUntil = lastActed === undefined ? now : lastActed + BATCH_MS;
  const isPatient = (isIdle && active > 0 && onlyPodsMoveOn(job, next)) || onlyFewerTerminating(job, next);
  if (quietUntil > now && event === undefined && isPatient) return { effects: [], wakeAt: quietUntil };
  const finishedIndexed = (pod: Stored<Pod>) => isIndexed(job) && succeeded(pod);
  const recorded = recordedIn(next);
  const waiting = unrecorded(tally, next);
  const isReleased = (pod: Stored<Pod>) =>
    recorded.has(pod.metadata.uid) ||
    finishedIndexed(pod) ||
    tally.ignored.includes(pod) ||
    (isEnding && !waiting.has(pod));
  const released = pods.filter((pod) => isTracked(pod) && isReleased(pod));
  const update = statusUpdate(RESOURCE, job, next).map(
    (effect): Effect => (event ? { ...effect, record: { about: job, success: event } } : effect),
  );
  return { effects: [...update, batch(released.map(untrack))].filter(isNeeded) };
}

const recordedIn = ({
  uncountedTerminatedPods: { succeeded = [], failed = [] } = {},
}: JobStatus): ReadonlySet<string> => new Set([...succeeded, ...failed]);

/** Ended pods for which the status has no room yet: they keep their finalizers until it has. */
function unrecorded({ fresh }: Tally, status: JobStatus): ReadonlySet<Stored<Pod>> {
  const recorded = recordedIn(status);
  return new Set([...fresh.succeeded, ...fresh.failed].filter(({ metadata }) => !recorded.has(metadata.uid)));
}

/** Kubernetes records what becomes of pods in batches of a second. */
const BATCH_MS = 1000;

/** The only news is that pods became ready or ended; every end that the status records has been counted. */
const onlyPodsMoveOn = ({ status }: Job, { active = 0 }: JobStatus): boolean =>
  active <= (status.active ?? 0) && recordedIn(status).size === 0;

/** The only news is that terminating pods are gone. */
const onlyFewerTerminating = (job: Job, next: JobStatus): boolean =>
  (next.terminating ?? 0) < (job.status.terminating ?? 0) &&
  same({ ...next, terminating: 0 }, { ...job.status, terminating: 0 });

const batch = (effects: readonly Effect[]): Batch => ({ op: "batch", effects });
const isNeeded = (effect: Effect | Batch): boolean => effect.op !== "batch" || effect.effects.length > 0;
