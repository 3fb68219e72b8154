import { setUnschedulable } from "../actions/cordon.ts";
import { drain, renderEvicted } from "../actions/drain.ts";
import type { Kind } from "../api/kind.ts";
import type { BulkActionOf } from "./bulk-action.ts";

const isNodes = ({ group, plural }: Kind): boolean => group === "" && plural === "nodes";

const kubectl =
  (verb: string, ...flags: readonly string[]) =>
  (nodes: readonly { readonly name: string }[]): string =>
    ["kubectl", verb, ...nodes.map(({ name }) => name), ...flags].join(" ");

export const cordonAll: BulkActionOf = (kind) =>
  isNodes(kind)
    ? {
        title: "Cordon",
        needs: { verb: "patch" },
        consequence: () => "The scheduler places no new pods there; those that run go on.",
        command: kubectl("cordon"),
        run: ({ metadata }) => setUnschedulable(kind, metadata.name, true),
        done: () => "cordoned",
      }
    : undefined;

export const uncordonAll: BulkActionOf = (kind) =>
  isNodes(kind)
    ? {
        title: "Uncordon",
        needs: { verb: "patch" },
        consequence: () => "The scheduler may place new pods there again.",
        command: kubectl("uncordon"),
        run: ({ metadata }) => setUnschedulable(kind, metadata.name, false),
        done: () => "uncordoned",
      }
    : undefined;

export const drainAll: BulkActionOf = (kind) =>
  isNodes(kind)
    ? {
        title: "Drain",
        needs: { verb: "patch" },
        consequence: () =>
          "The scheduler places no new pods there, and those that run are evicted, but for those of DaemonSets. What a disruption budget protects now stays: drain again later.",
        alsoTouches: { fate: "evicted", of: (nodes) => renderEvicted(nodes.map(({ metadata }) => metadata.name)) },
        danger: true,
        command: kubectl("drain", "--ignore-daemonsets", "--delete-emptydir-data", "--force"),
        run: async (object) => (await drain(kind, object)?.run(0)) ?? { ok: true, object: undefined },
        done: () => "drained",
      }
    : undefined;
