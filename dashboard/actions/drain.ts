import type { Pod } from "../../api/generated/core.v1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Outcome } from "../../client/api-client.ts";
import { api } from "../api/connection.ts";
import type { ActionOf } from "./action.ts";
import { setUnschedulable } from "./cordon.ts";

/** Like `kubectl drain --ignore-daemonsets --delete-emptydir-data`. */
export const drain: ActionOf = (kind, object) => {
  if (kind.group !== "" || kind.plural !== "nodes") return undefined;
  const { name } = object.metadata;
  return {
    title: "Drain",
    needs: { verb: "patch" },
    consequence:
      "The scheduler places no new pods here, and those that run are evicted, but for those of DaemonSets. What a disruption budget protects now stays: drain again later.",
    danger: true,
    command: () => `kubectl drain ${name} --ignore-daemonsets --delete-emptydir-data`,
    run: async () => {
      const cordoned = await setUnschedulable(kind, name, true);
      return cordoned.ok ? evictAll(name) : cordoned;
    },
    done: `${name} is drained`,
  };
};

/** Continues after a failure, and returns the first one. */
async function evictAll(node: string): Promise<Outcome<unknown>> {
  const pods = await api.list<Pod>({ resource: "pods" }, { fieldSelector: `spec.nodeName=${node}` });
  if (!pods.ok) return pods;
  const outcomes = await Promise.all(pods.object.items.filter(isEvicted).map(({ metadata }) => evict(metadata)));
  return outcomes.find(({ ok }) => !ok) ?? pods;
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
