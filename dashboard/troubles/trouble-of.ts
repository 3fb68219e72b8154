/** What is wrong with one object, by its kind. */
import type { DaemonSet, Deployment, StatefulSet } from "../../api/generated/apps.v1.ts";
import type { Job } from "../../api/generated/batch.v1.ts";
import type { Node, PersistentVolumeClaim, Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { podSummaryOf } from "../summaries/pod-summary.ts";
import { claimTroubles } from "./claim-troubles.ts";
import { jobTroubles } from "./job-troubles.ts";
import { nodeTroubles } from "./node-troubles.ts";
import { podTroubles, type WarningOf } from "./pod-troubles.ts";
import type { Trouble } from "./trouble.ts";
import { daemonSetTroubles, deploymentTroubles, REFUSED, statefulSetTroubles } from "./workload-troubles.ts";

interface TroubleOptions {
  readonly now: number;
  readonly warningOf: WarningOf;
}

type TroublesOf = (object: Stored<KubeObject>, options: TroubleOptions) => readonly Trouble[];

/** Otherwise a workload's page shows how its rollout gets on. */
const isRefused = ({ state }: Trouble): boolean => state === REFUSED;

const KINDS: Readonly<Record<string, TroublesOf>> = {
  nodes: (object) => nodeTroubles([object as Stored<Node>]),
  pods: (object, options) => podTroubles([podSummaryOf(object as Stored<Pod>)], options),
  persistentvolumeclaims: (object, { warningOf }) =>
    claimTroubles([object as Stored<PersistentVolumeClaim>], warningOf),
  "deployments.apps": (object, options) =>
    deploymentTroubles([object as Stored<Deployment>], options).filter(isRefused),
  "statefulsets.apps": (object, options) =>
    statefulSetTroubles([object as Stored<StatefulSet>], options).filter(isRefused),
  "daemonsets.apps": (object, options) => daemonSetTroubles([object as Stored<DaemonSet>], options).filter(isRefused),
  "jobs.batch": (object, { warningOf }) => jobTroubles([object as Stored<Job>], warningOf),
};

export const canBeInTrouble = (groupResource: string): boolean => groupResource in KINDS;

export const troubleOf = (
  groupResource: string,
  object: Stored<KubeObject>,
  options: TroubleOptions,
): Trouble | undefined => KINDS[groupResource]?.(object, options)[0];
