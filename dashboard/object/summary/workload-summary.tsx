/** A workload's rollout, and everything that it owns, live. */

import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { CronJob, Job } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { isConditionTrue } from "../../../api/machinery/conditions.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { resourcePath } from "../../../client/resource-path.ts";
import { kindOfReference } from "../../api/discovery.ts";
import { objectHref } from "../../api/links.ts";
import { refusal, waitingFor } from "../../live/live-badge.tsx";
import type { LiveState } from "../../live/live-list.ts";
import { objectsAt, useLiveList } from "../../live/use-live-list.ts";
import { Age } from "../../parts/age.tsx";
import { StateChip } from "../../parts/state-chip.tsx";
import type { ObjectProps } from "../../summaries/object-props.ts";
import { ownersOf } from "../../summaries/owners.ts";
import { type PodSummary, podSummaryOf } from "../../summaries/pod-summary.ts";
import { daemonSetRollout, deploymentRollout, type Rollout, statefulSetRollout } from "../../summaries/rollout.ts";
import { PodList, PodRows } from "./pod-rows.tsx";
import { WorkloadUsage } from "./workload-usage.tsx";

/** The kinds between a workload and its pods. */
const BETWEEN: Readonly<
  Record<string, { readonly resource: string; readonly apiVersion: string; readonly kind: string }>
> = {
  deployments: { resource: "replicasets.apps", apiVersion: "apps/v1", kind: "ReplicaSet" },
  cronjobs: { resource: "jobs.batch", apiVersion: "batch/v1", kind: "Job" },
};

function rolloutOf(plural: string, object: unknown): Rollout | undefined {
  if (plural === "deployments") return deploymentRollout(object as Deployment);
  if (plural === "statefulsets") return statefulSetRollout(object as StatefulSet);
  if (plural === "daemonsets") return daemonSetRollout(object as DaemonSet);
  if (plural === "jobs") return jobProgress(object as Job);
  return plural === "cronjobs" ? schedule(object as CronJob) : undefined;
}

function jobProgress({ spec, status }: Job): Rollout {
  const failed = status.conditions?.find(({ type, status }) => type === "Failed" && status === "True");
  if (failed) return { tone: "bad", message: failed.message || "It has failed." };
  const done = `${status.succeeded ?? 0} of ${spec.completions ?? 1} completions`;
  if (isConditionTrue(status, "Complete")) {
    return { tone: "done", message: `${done}.` };
  }
  if (spec.suspend) return { tone: "warn", message: `Suspended, ${done}.` };
  return { tone: "warn", message: `${status.active ?? 0} running, ${done}.` };
}

const schedule = ({ spec }: CronJob): Rollout => ({
  tone: spec.suspend ? "warn" : "good",
  message: `${spec.schedule}${spec.timeZone ? ` (${spec.timeZone})` : ""}${spec.suspend ? ", suspended" : ""}`,
});

export function WorkloadSummary({ kind, object }: ObjectProps) {
  const { uid, namespace = "" } = object.metadata;
  const rollout = rolloutOf(kind.plural, object);
  const between = BETWEEN[kind.plural];
  const list = useLiveList(`pods in ${namespace}`, () =>
    objectsAt<Pod, PodSummary>(resourcePath({ resource: "pods", namespace }), {}, podSummaryOf),
  );
  const pods = [...list.items.value.values()];
  return (
    <>
      {rollout && (
        <p class="rollout">
          <StateChip text={rollout.message} tone={rollout.tone} />
        </p>
      )}
      {between ? (
        <Tree
          owner={uid}
          namespace={namespace}
          {...between}
          pods={pods}
          named={pods.filter(({ workload }) => workload?.kind === kind.kind && workload.name === object.metadata.name)}
        />
      ) : (
        <Pods
          namespace={namespace}
          pods={pods.filter(({ owners }) => owners.includes(uid))}
          nothing={nothingOf("Pod", list.state.value) ?? "None."}
        />
      )}
    </>
  );
}

/** Why none of a kind are displayed, although there may be some. */
function nothingOf(kind: string, state: LiveState): string | undefined {
  const refused = refusal(state);
  if (!refused) return waitingFor(state);
  return refused.forbidden ? `You may not see ${kind}s.` : refused.problem;
}

interface PodsProps {
  readonly namespace: string;
  readonly pods: readonly PodSummary[];
  readonly nothing: string;
}

const Pods = ({ namespace, pods, nothing }: PodsProps) => (
  <>
    <WorkloadUsage namespace={namespace} pods={pods} />
    <PodRows title="Pods" pods={pods} nothing={nothing} />
  </>
);

interface TreeProps {
  readonly owner: string;
  readonly namespace: string;
  readonly resource: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly pods: readonly PodSummary[];
  /** Its pods according to their owners' names, for who may not see the owners. */
  readonly named: readonly PodSummary[];
}

function Tree({ owner, namespace, resource, apiVersion, kind: kindName, pods, named }: TreeProps) {
  const list = useLiveList(`${resource} in ${namespace}`, () => objectsAt(resourcePath({ resource, namespace })));
  const kind = kindOfReference(apiVersion, kindName);
  const members = [...list.items.value.values()]
    .filter((member) => ownersOf(member).includes(owner))
    .sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1));
  const uids = new Set(members.map(({ metadata }) => metadata.uid));
  const isRefused = refusal(list.state.value) !== undefined;
  const own = isRefused ? named : pods.filter(({ owners }) => owners.some((uid) => uids.has(uid)));
  return (
    <>
      {(!isRefused || own.length > 0) && <WorkloadUsage namespace={namespace} pods={own} />}
      <section class="card">
        <h2>What belongs to it</h2>
        {members.length === 0 && <p class="quiet">{nothingOf(kindName, list.state.value) ?? "Nothing yet."}</p>}
        <ul class="plain tree">
          {members.map((member) => {
            const { uid, name, creationTimestamp } = member.metadata;
            const own = pods.filter(({ owners }) => owners.includes(uid));
            return (
              <li key={uid}>
                {kindName} {kind ? <a href={objectHref(kind, { namespace, name })}>{name}</a> : name}{" "}
                <span class="quiet">
                  <Age of={creationTimestamp} />
                  {replicasOf(member)}
                </span>
                {own.length > 0 && <PodList pods={own} />}
              </li>
            );
          })}
        </ul>
        {isRefused && own.length > 0 && <PodList pods={own} />}
      </section>
    </>
  );
}

function replicasOf(member: Stored<KubeObject>): string {
  const { spec, status } = member as Stored<ReplicaSet>;
  const revision = member.metadata.annotations?.["deployment.kubernetes.io/revision"];
  if (spec?.replicas === undefined) return "";
  return `, ${status?.readyReplicas ?? 0} of ${spec.replicas} ready${revision ? `, revision ${revision}` : ""}`;
}
