import type { Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Outcome } from "../../client/api-client.ts";
import { api } from "../api/connection.ts";
import { statusText } from "../api/status-text.ts";
import type { ActionOf } from "./action.ts";
import { setUnschedulable } from "./cordon.ts";

/** Like `kubectl drain --ignore-daemonsets --delete-emptydir-data --force`. */
export const drain: ActionOf = (kind, object) => {
  if (kind.group !== "" || kind.plural !== "nodes") return undefined;
  const { name } = object.metadata;
  return {
    title: "Drain",
    needs: { verb: "patch" },
    consequence:
      "The scheduler places no new pods here, and those that run are evicted, but for those of DaemonSets. What a disruption budget protects now stays: drain again later.",
    alsoTouches: { fate: "evicted", of: () => renderEvicted([name]) },
    danger: true,
    command: () => `kubectl drain ${name} --ignore-daemonsets --delete-emptydir-data --force`,
    run: async () => {
      const cordoned = await setUnschedulable(kind, name, true);
      return cordoned.ok ? evictAll(name) : cordoned;
    },
    done: `${name} is drained`,
  };
};

/** Continues after a failure, and names each pod that stays. */
async function evictAll(node: string): Promise<Outcome<unknown>> {
  const pods = await podsToEvict(node);
  if (!pods.ok) return pods;
  const outcomes = await Promise.all(
    pods.object.map(async ({ metadata }) => ({ metadata, outcome: await evict(metadata) })),
  );
  const stay = outcomes.flatMap(({ metadata: { namespace, name }, outcome }) =>
    outcome.ok || outcome.status.reason === "NotFound" ? [] : [{ of: `${namespace}/${name}`, status: outcome.status }],
  );
  const [first] = stay;
  if (!first) return pods;
  const message = stay.map(({ of, status }) => `${of}: ${statusText(status)}`).join("\n");
  return { ok: false, status: { ...first.status, message } };
}

async function podsToEvict(node: string): Promise<Outcome<Stored<Pod>[]>> {
  const pods = await api.list<Pod>({ resource: "pods" }, { fieldSelector: `spec.nodeName=${node}` });
  return pods.ok ? { ok: true, object: pods.object.items.filter(isEvicted) } : pods;
}

/** The pods that draining the nodes ends, one line each for those that nothing makes again. */
export async function renderEvicted(nodes: readonly string[]): Promise<string[]> {
  const found = await Promise.all(nodes.map(podsToEvict));
  const pods = found.flatMap((outcome) => {
    if (!outcome.ok) throw new Error(statusText(outcome.status));
    return outcome.object;
  });
  const alone = pods.filter(({ metadata }) => !metadata.ownerReferences?.some(({ controller }) => controller));
  const others = pods.length - alone.length;
  return [
    ...alone.map(
      ({ metadata: { namespace, name } }) => `Pod ${namespace}/${name}: belongs to nothing, does not come back`,
    ),
    ...(others > 0 ? [`${others} × Pod, made again elsewhere by what they belong to`] : []),
  ];
}

const evict = ({ namespace = "", name = "" }: KubeObject["metadata"]): Promise<Outcome<unknown>> =>
  api.create(
    { resource: "pods", namespace, name, subresource: "eviction" },
    { apiVersion: "policy/v1", kind: "Eviction", metadata: { namespace, name } },
  );

/** Pods of DaemonSets would be recreated at once; static pods cannot be ended through the API server. */
const isEvicted = ({ metadata, status }: Pod): boolean =>
  status.phase !== "Succeeded" &&
  status.phase !== "Failed" &&
  metadata.annotations?.["kubernetes.io/config.mirror"] === undefined &&
  !(metadata.ownerReferences ?? []).some(({ kind, controller }) => controller && kind === "DaemonSet");
