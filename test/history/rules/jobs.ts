/** A Job counts each of its pods once, when it has ended, and never changes its mind. */
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Moment, Rule } from "../history.ts";
import { isTrue, ownerOf } from "../pods.ts";

interface Counted {
  succeeded: boolean;
  ended: boolean;
}

export const jobs = (): Rule => {
  /** Job to its pods, those included that are gone. */
  const pods = new Map<string, Map<string, Counted>>();
  return function* (moment) {
    const { resource, type } = moment;
    if (resource === "pods") note(moment as never, pods);
    if (resource !== "jobs.batch" || type === "DELETED") return;
    const [job, previous] = [moment.object as Stored<Job>, moment.previous as Stored<Job> | undefined];
    const own = [...(pods.get(job.metadata.uid)?.values() ?? [])];
    yield* miscounted(job, own);
    if (previous) yield* reversed(job, previous);
    if (isFinished(job)) yield* unfinished(job);
  };
};

const isFinished = (job: Job) => isTrue(job, "Complete") || isTrue(job, "Failed");

function note(
  { type, object: { metadata, status }, object }: Moment & { object: { status: { phase?: string } } },
  pods: Map<string, Map<string, Counted>>,
): void {
  const owner = ownerOf(object);
  if (owner?.kind !== "Job") return;
  const own = pods.get(owner.uid) ?? new Map<string, Counted>();
  pods.set(owner.uid, own);
  const before = own.get(metadata.uid);
  own.set(metadata.uid, {
    succeeded: status.phase === "Succeeded",
    ended:
      before?.ended === true ||
      type === "DELETED" ||
      metadata.deletionTimestamp !== undefined ||
      status.phase === "Succeeded" ||
      status.phase === "Failed",
  });
}

function* miscounted({ status }: Job, pods: readonly Counted[]): Iterable<string> {
  const { succeeded = 0, failed = 0 } = status;
  const [successes, ends] = [pods.filter((each) => each.succeeded).length, pods.filter((each) => each.ended).length];
  if (succeeded > successes) yield `${succeeded} counted as succeeded, ${successes} have`;
  if (succeeded + failed > ends) yield `${succeeded} and ${failed} counted, ${ends} have ended`;
}

function* reversed(job: Job, previous: Job): Iterable<string> {
  for (const count of ["succeeded", "failed"] as const)
    if ((job.status[count] ?? 0) < (previous.status[count] ?? 0)) yield `its count of ${count} went back`;
  if (isFinished(previous) && !isFinished(job)) yield "it had finished";
}

function* unfinished({ spec, status }: Job): Iterable<string> {
  const { active = 0, ready = 0, terminating = 0, uncountedTerminatedPods: uncounted } = status;
  if (active + ready + terminating > 0) yield `it finished with ${active} active, ${terminating} terminating pods`;
  if (uncounted?.succeeded?.length || uncounted?.failed?.length) yield "it finished with uncounted pods";
  const wanted = spec.completions;
  if (
    status.conditions?.some(({ type, status: is }) => type === "Complete" && is === "True") &&
    !spec.successPolicy &&
    wanted !== undefined &&
    (status.succeeded ?? 0) !== wanted
  )
    yield `it is complete with ${status.succeeded} of ${wanted}`;
}
