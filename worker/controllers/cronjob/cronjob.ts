/** Starts a CronJob's Jobs on time, records how they end, and keeps only the configured number of them. */
import { compareTexts } from "../../../api/compare-texts.ts";
import type { CronJob, CronJobStatus, Job } from "../../../api/generated/batch.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import {
  defineController,
  type Effect,
  type EventRecord,
  type Plan,
  type ReconcileContext,
  settled,
} from "../controller.ts";
import { controllerOf, controllerReference } from "../controller-ref.ts";
import { itemKey, itemOf, splitItem } from "../item-key.ts";
import { statusUpdate } from "../status-update.ts";
import { earliestWake, timeOf, zonedTimeText } from "../time.ts";
import { dueTimes } from "./cron-schedule.ts";

const RESOURCE = "cronjobs.batch";
const JOBS = "jobs.batch";
const SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp";

export const cronJobController = defineController({
  name: "cronjob-controller",
  reads: [RESOURCE, JOBS],
  writes: [RESOURCE, JOBS],
  remembers: true,
  itemsOf({ resource, object }) {
    if (resource === RESOURCE) return [itemKey(object)];
    const owner = controllerOf(object);
    return owner?.kind === "CronJob" ? [itemOf(object.metadata.namespace ?? "", owner.name)] : [];
  },
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const cronJob = context.snapshot.get(RESOURCE, namespace, name);
    if (!cronJob) return settled;
    const memory = rememberedOf(cronJob, context);
    return { ...planCronJob(cronJob, memory, context), remember: memory };
  },
});

interface Memory {
  readonly schedule: string;
  readonly timeZone?: string;
  /** When these replaced others (ms). */
  readonly since?: number;
}

function rememberedOf({ spec: { schedule, timeZone } }: CronJob, { remembered, now }: ReconcileContext): Memory {
  const before = remembered as Memory | undefined;
  if (before?.schedule === schedule && before.timeZone === timeZone) return before;
  return { schedule, ...(timeZone !== undefined && { timeZone }), ...(before && { since: now }) };
}

const endOf = (job: Job) =>
  job.status.conditions?.find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");

const normal = (about: Stored<CronJob>, reason: string, message: string): EventRecord => ({
  about,
  type: "Normal",
  reason,
  message,
});

function planCronJob(cronJob: Stored<CronJob>, memory: Memory, context: ReconcileContext): Plan {
  const { snapshot, now, failure, achieved } = context;
  const jobs = snapshot
    .ownedBy(JOBS, cronJob.metadata.uid)
    .filter((job) => controllerOf(job)?.uid === cronJob.metadata.uid);
  const events: EventRecord[] = [];
  const surplus = surplusOf(cronJob, jobs);
  // Jobs that may not be deleted do not keep others from being started. It is tried again after that.
  const trimmed = failure?.effect.op === "delete" ? [] : surplus.map((job) => deletion(cronJob, job));
  const last = achieved as Started | undefined;
  // A Job may be gone before it was seen.
  const started = Math.max(lastStarted(jobs), last?.by === cronJob.metadata.uid ? last.at : 0);
  const status = noteJobs(cronJob, { jobs, surplus, started }, events);
  const noted = statusUpdate(RESOURCE, cronJob, status);
  // The next start is decided once the status lists these.
  if (noted.length > 0) return { effects: [...trimmed, ...noted], events };
  const start = cronJob.metadata.deletionTimestamp ? settled : planStart(cronJob, jobs, { memory, now });
  return { ...start, effects: [...trimmed, ...start.effects], events: [...events, ...(start.events ?? [])] };
}

/** What a plan that starts a Job achieves. */
interface Started {
  /** The CronJob's uid. */
  readonly by: string;
  /** When the Job was due (ms). */
  readonly at: number;
}

interface Jobs {
  readonly jobs: readonly Stored<Job>[];
  /** When the latest of them was due (ms). */
  readonly started: number;
  /** Jobs beyond the history limits. */
  readonly surplus: readonly Stored<Job>[];
}

/** The active jobs, and when one was last started, and last succeeded. */
function noteJobs(cronJob: Stored<CronJob>, { jobs, surplus, started }: Jobs, events: EventRecord[]): CronJobStatus {
  const byUid = new Map(jobs.map((job) => [job.metadata.uid, job]));
  const known = new Set((cronJob.status.active ?? []).map(({ uid }) => uid));
  const active = (cronJob.status.active ?? []).filter(({ uid, name }) => {
    const job = byUid.get(uid ?? "");
    const ended = job && endOf(job);
    // The end of a job that is about to be deleted is not reported.
    if (job && surplus.includes(job)) return false;
    if (ended) events.push(normal(cronJob, "SawCompletedJob", `Saw completed job: ${name}, condition: ${ended.type}`));
    else if (!job) events.push(normal(cronJob, "MissingJob", `Active job went missing: ${name}`));
    return job !== undefined && !ended;
  });
  for (const job of jobs) {
    if (known.has(job.metadata.uid) || endOf(job) || job.metadata.deletionTimestamp) continue;
    if (isStartedBy(cronJob, job)) active.push(referenceTo(job));
    else events.push(unexpectedJobEvent(cronJob, job));
  }
  const successes = jobs
    .filter((job) => endOf(job)?.type === "Complete")
    .map(({ status }) => status.completionTime ?? "")
    .toSorted();
  const latest = successes.at(-1) ?? "";
  const { lastSuccessfulTime: before = "", active: _, ...rest } = cronJob.status;
  const lastSuccessfulTime = [latest, before].toSorted().at(-1);
  return {
    ...(active.length > 0 ? { active } : {}),
    ...rest,
    ...(started > (timeOf(rest.lastScheduleTime) ?? 0) ? { lastScheduleTime: timestamp(started) } : {}),
    ...(lastSuccessfulTime ? { lastSuccessfulTime } : {}),
  };
}

/** Started by us, even if the status does not say so yet. */
const isStartedBy = (cronJob: Stored<CronJob>, job: Stored<Job>): boolean =>
  job.metadata.annotations?.[SCHEDULED] !== undefined && job.metadata.name.startsWith(`${cronJob.metadata.name}-`);

const unexpectedJobEvent = (about: Stored<CronJob>, job: Stored<Job>): EventRecord => ({
  about,
  type: "Warning",
  reason: "UnexpectedJob",
  message: `Saw a job that the controller did not create or forgot: ${job.metadata.name}`,
});

const referenceTo = (job: Stored<Job>) => ({
  kind: "Job",
  namespace: job.metadata.namespace ?? "",
  name: job.metadata.name,
  uid: job.metadata.uid,
  apiVersion: "batch/v1",
  resourceVersion: job.metadata.resourceVersion,
});

/** The oldest finished jobs beyond the limits. */
function surplusOf(cronJob: Stored<CronJob>, jobs: readonly Stored<Job>[]): readonly Stored<Job>[] {
  const surplus = (type: string, limit: number | undefined) => {
    const ended = jobs.filter((job) => endOf(job)?.type === type && !job.metadata.deletionTimestamp);
    const oldest = ended.toSorted(
      (a, b) => compareTexts(ageOf(a), ageOf(b)) || compareTexts(a.metadata.name, b.metadata.name),
    );
    return limit === undefined ? [] : oldest.slice(0, Math.max(0, ended.length - limit));
  };
  return [
    ...surplus("Complete", cronJob.spec.successfulJobsHistoryLimit),
    ...surplus("Failed", cronJob.spec.failedJobsHistoryLimit),
  ];
}

const ageOf = ({ status, metadata }: Stored<Job>) => status.startTime ?? metadata.creationTimestamp;

const deletion = (cronJob: Stored<CronJob>, job: Stored<Job>): Effect => ({
  op: "delete",
  resource: JOBS,
  namespace: cronJob.metadata.namespace ?? "",
  name: job.metadata.name,
  uid: job.metadata.uid,
  propagationPolicy: "Background",
  record: {
    about: cronJob,
    success: { reason: "SuccessfulDelete", message: `Deleted job ${job.metadata.name}` },
    failure: { reason: "FailedDelete", message: "Deleted job: {message}" },
  },
});

function planStart(
  cronJob: Stored<CronJob>,
  jobs: readonly Stored<Job>[],
  { memory, now }: { readonly memory: Memory; readonly now: number },
): Plan {
  const { schedule, suspend, startingDeadlineSeconds, timeZone, concurrencyPolicy } = cronJob.spec;
  if (suspend) return settled;
  const made = timeOf(cronJob.metadata.creationTimestamp) ?? now;
  const last = timeOf(cronJob.status.lastScheduleTime) ?? made;
  const deadline = startingDeadlineSeconds === undefined ? 0 : now - startingDeadlineSeconds * 1000;
  const after = Math.max(last, deadline, memory.since ?? 0);
  const due = dueTimes(schedule, timeZone, { after, now });
  if (!due) return { effects: [], events: [unreadable(cronJob)] };
  const wait = earliestWake(due.next);
  if (due.latest === undefined)
    return { effects: [], ...(due.next === undefined ? { events: [neverDue(cronJob)] } : wait) };
  const events: EventRecord[] = due.missedMany ? [tooMany(cronJob)] : [];
  const name = `${cronJob.metadata.name}-${Math.floor(due.latest / 60_000)}`;
  if (jobs.some(({ metadata }) => metadata.name === name)) return { effects: [], ...wait };
  const active = jobs.filter(({ metadata }) => cronJob.status.active?.some(({ uid }) => uid === metadata.uid));
  if (concurrencyPolicy === "Forbid" && active.length > 0) {
    const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
    return { effects: [], events: [normal(cronJob, "JobAlreadyActive", message)], ...wait };
  }
  const replaced = concurrencyPolicy === "Replace" ? active : [];
  const create: Effect = {
    op: "create",
    resource: JOBS,
    namespace: cronJob.metadata.namespace ?? "",
    object: jobOf(cronJob, name, due.latest),
    record: {
      about: cronJob,
      success: { reason: "SuccessfulCreate", message: `Created job ${name}` },
      failure: { reason: "FailedCreate", message: "Error creating job: {message}" },
    },
  };
  return {
    effects: [...replaced.map((job) => deletion(cronJob, job)), ...forgotten(cronJob, replaced), create],
    achieves: { by: cronJob.metadata.uid, at: due.latest } satisfies Started,
    events,
    ...wait,
  };
}

/** Replaced jobs are not missing. */
function forgotten(cronJob: Stored<CronJob>, replaced: readonly Stored<Job>[]): readonly Effect[] {
  if (replaced.length === 0) return [];
  const { active: listed = [], ...rest } = cronJob.status;
  const active = listed.filter(({ uid }) => !replaced.some(({ metadata }) => metadata.uid === uid));
  return statusUpdate(RESOURCE, cronJob, { ...rest, ...(active.length > 0 && { active }) });
}

/** When the latest of the jobs was due (ms). */
const lastStarted = (jobs: readonly Stored<Job>[]) =>
  Math.max(0, ...jobs.map(({ metadata }) => timeOf(metadata.annotations?.[SCHEDULED]) ?? 0));

const unreadable = (about: Stored<CronJob>): EventRecord => ({
  about,
  type: "Warning",
  reason: "UnparseableSchedule",
  message: `unparseable schedule: ${about.spec.schedule}`,
});

const neverDue = (about: Stored<CronJob>): EventRecord => ({
  about,
  type: "Warning",
  reason: "InvalidSchedule",
  message: `invalid schedule: ${about.spec.schedule} : time difference between two schedules is less than 1 second`,
});

const tooMany = (about: Stored<CronJob>): EventRecord => ({
  about,
  type: "Warning",
  reason: "TooManyMissedTimes",
  message: "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
});

function jobOf(cronJob: Stored<CronJob>, name: string, at: number): Job {
  const { metadata = {}, spec } = cronJob.spec.jobTemplate;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: cronJob.metadata.namespace ?? "",
      ...(metadata.labels ? { labels: { ...metadata.labels } } : {}),
      annotations: { ...metadata.annotations, [SCHEDULED]: zonedTimeText(at, cronJob.spec.timeZone) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec: { ...spec } as Job["spec"],
    status: {},
  };
}
