/** A rolling update keeps what its Deployment promises: at most so many pods, and at least so many available. */
import type { Deployment } from "../../../api/generated/apps.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { STOPPED_MS, UNDER_WAY_MS } from "../behind.ts";
import { about, type Rule } from "../history.ts";
import { ownerOf } from "../pods.ts";

export const rollouts = (): Rule => {
  /** When a Deployment's spec last changed (ms). */
  const changed = new Map<string, number>();
  /** When it last lost available pods (ms). */
  const lost = new Map<string, number>();
  return function* (moment) {
    const { resource, object, previous, at } = moment;
    const owner = ownerOf(object);
    if (resource === "deployments.apps" && object.metadata.generation !== previous?.metadata.generation)
      changed.set(object.metadata.uid, at);
    if (resource === "replicasets.apps" && owner && availableOf(object) < availableOf(previous))
      lost.set(owner.uid, at);
    const deployment = moment.before.get("deployments.apps", object.metadata.namespace ?? "", owner?.name ?? "");
    if (!deployment || deployment.metadata.uid !== owner?.uid) return;
    if (deployment.spec.strategy?.type !== "RollingUpdate" || at - (changed.get(owner.uid) ?? 0) < STOPPED_MS) return;
    const lostAt = lost.get(owner.uid) ?? Number.NEGATIVE_INFINITY;
    yield* step(deployment, scaledAt(object) - lostAt < UNDER_WAY_MS)(moment);
  };
};

/** When the request began that last changed it other than its status (ms). */
const scaledAt = ({ metadata }: KubeObject): number =>
  Math.max(
    ...(metadata.managedFields ?? []).flatMap(({ subresource, time = "" }) => (subresource ? [] : [Date.parse(time)])),
  );

const availableOf = (set: object | undefined): number =>
  (set as { status?: { availableReplicas?: number } } | undefined)?.status?.availableReplicas ?? 0;

const step = (deployment: Stored<Deployment>, hasJustLost: boolean): Rule =>
  about("replicasets.apps", function* ({ type, object, previous, before }) {
    if (type !== "MODIFIED" || !previous) return;
    const [size, earlier] = [object.spec.replicas ?? 0, previous.spec.replicas ?? 0];
    const { namespace = "", uid } = deployment.metadata;
    const sets = before.list("replicasets.apps", namespace).filter((each) => ownerOf(each)?.uid === uid);
    const { wanted, surge, unavailable } = promised(deployment);
    const total = sets.reduce((sum, each) => sum + (each.spec.replicas ?? 0), size - earlier);
    if (size > earlier && total > wanted + surge) yield `${total} replicas of ${wanted} and ${surge} more`;
    if (size >= earlier || hasJustLost) return;
    const available = sets.reduce((sum, { status }) => sum + (status.availableReplicas ?? 0), 0);
    const unhealthy = Math.max(0, earlier - (previous.status.availableReplicas ?? 0));
    const lost = Math.max(0, earlier - size - unhealthy);
    if (lost > 0 && available - lost < wanted - unavailable)
      yield `${available - lost} of ${wanted} stay available, ${unavailable} may be missing`;
  });

function promised({ spec }: Deployment) {
  const wanted = spec.replicas ?? 1;
  const { maxSurge = 0, maxUnavailable = 0 } = spec.strategy?.rollingUpdate ?? {};
  const share = (value: string | number, round: (exact: number) => number) =>
    typeof value === "number" ? value : round((Number.parseInt(value, 10) * wanted) / 100);
  const surge = share(maxSurge, Math.ceil);
  const unavailable = share(maxUnavailable, Math.floor);
  // If both come to nothing, one pod may be missing.
  return { wanted, surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}
