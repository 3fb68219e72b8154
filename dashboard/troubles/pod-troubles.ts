import type { Happening } from "../summaries/events-of.ts";
import type { PodSummary } from "../summaries/pod-summary.ts";
import { containerAdvice } from "./container-advice.ts";
import { schedulingAdvice } from "./scheduling-advice.ts";
import { SETTLING_MS, type Trouble } from "./trouble.ts";

/** An object's latest warning, by its uid. */
export type WarningOf = (uid: string) => Happening | undefined;

interface PodTroublesOptions {
  readonly now: number;
  readonly warningOf: WarningOf;
}

export const podTroubles = (pods: Iterable<PodSummary>, { now, warningOf }: PodTroublesOptions): Trouble[] =>
  [...pods].flatMap((pod): Trouble[] => {
    const { uid, namespace, name, created: since, owners, workload } = pod;
    const found = findingOf(pod, now, warningOf(uid));
    const of = workload && `${workload.kind} ${workload.name}`;
    const base = { uid, apiVersion: "v1", kind: "Pod", namespace, name, since, owner: owners[0], of };
    return found ? [{ ...base, state: pod.state, log: logOf(pod), ...found }] : [];
  });

/** Of a container that has run. */
function logOf({ container }: PodSummary): Trouble["log"] {
  if (!container || (container.exitCode === undefined && container.reason !== "Running")) return undefined;
  const { name, reason } = container;
  return { container: name, ...(reason === "CrashLoopBackOff" ? { previous: "true" } : {}) };
}

type Finding = Pick<Trouble, "tone" | "why" | "detail"> & { readonly state?: string };

function findingOf(pod: PodSummary, now: number, warning: Happening | undefined): Finding | undefined {
  if (pod.finished) return pod.failed ? failure(pod) : undefined;
  if (pod.deleted !== "") return now - Date.parse(pod.deleted) > SETTLING_MS ? stuckFinding(pod) : undefined;
  if (pod.ready) return undefined;
  if (/BackOff|Err|Fail|Invalid|OOM|ExitCode|Cannot/.test(pod.state)) return brokenContainer(pod, warning);
  if (pod.unschedulable !== "") {
    const why = schedulingAdvice(pod.unschedulable);
    return { tone: "bad", state: "Unschedulable", why, detail: pod.unschedulable };
  }
  return now - Date.parse(pod.created) > SETTLING_MS ? notReadyFinding(pod, warning) : undefined;
}

function failure(pod: PodSummary): Finding {
  const why =
    (pod.state === "Evicted" ? EVICTED : pod.container && containerAdvice(pod.container, pod.why)) ??
    "It ended with a failure: its log says why.";
  return { tone: "bad", why, detail: detailOf(pod) };
}

const EVICTED =
  "Its node ran short and ended it: let it ask for what it needs, or use less. The record can be deleted.";

const stuckFinding = ({ finalizers }: PodSummary): Finding => ({
  tone: "warn",
  why:
    finalizers.length > 0
      ? `It should be gone, but ${finalizers.join(", ")} holds it: whoever set that must take it away.`
      : "It should be gone, but its node has not ended it: look whether the node answers.",
  detail: "",
});

function brokenContainer(pod: PodSummary, warning: Happening | undefined): Finding {
  const { container, restarts } = pod;
  const probed = container?.ended !== "OOMKilled" && warning && PROBE.exec(warning.message)?.[1]?.toLowerCase();
  const restarted = restarts > 0 ? `Restarted ${restarts === 1 ? "once" : `${restarts} times`}.` : "";
  if (container && probed && probed !== "readiness") {
    const why = `${container.name} is restarted because its ${probed} probe fails: check the probe, and why it gets no answer.`;
    return { tone: "bad", why, detail: `${warning.message} ${restarted}`.trim() };
  }
  const why = (container && containerAdvice(container, pod.why)) ?? "A container cannot start: its events say why.";
  return { tone: "bad", why, detail: `${detailOf(pod)} ${restarted}`.trim() };
}

const PROBE = /^(Liveness|Readiness|Startup) probe (?:failed|errored)/;

/** Without what the sentence says already. */
const detailOf = ({ why, container }: PodSummary): string =>
  container && why === `${container.name} ended with exit code ${container.exitCode}.` ? "" : why;

/** Neither broken nor ready. */
function notReadyFinding(pod: PodSummary, warning: Happening | undefined): Finding {
  const warn = (why: string, detail = warning?.message ?? ""): Finding => ({ tone: "warn", why, detail });
  const { name, init, reason } = pod.container ?? {};
  if (pod.gated) return warn("Its scheduling gates hold it back: whoever set them must take them away.");
  if (pod.node === "") return warn("No scheduler has looked at it yet: check its schedulerName.");
  if (init) return warn(`Its init container ${name} has not finished, and the others wait: its log says what it does.`);
  if (reason === "Running") return { ...warn(unready(String(name), warning)), state: "Not ready" };
  return warn(
    NOT_STARTED[warning?.reason ?? ""] ?? "Its node has not started it yet: its events say what it waits for.",
  );
}

const unready = (container: string, warning: Happening | undefined): string =>
  PROBE.test(warning?.message ?? "")
    ? `${container} runs, but its readiness probe fails: check the probe's path and port, and the log.`
    : `${container} runs, but has not become ready: look at its readiness probe and its log.`;

const NOT_MOUNTED = "A volume of it cannot be mounted: create what it refers to, or correct it.";

/** By the reason of the latest warning. */
const NOT_STARTED: Readonly<Record<string, string>> = {
  FailedMount: NOT_MOUNTED,
  FailedAttachVolume: NOT_MOUNTED,
  FailedCreatePodSandBox: "Its node cannot create its sandbox: look at the container runtime and the network there.",
};
