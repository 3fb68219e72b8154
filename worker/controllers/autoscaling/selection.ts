/** The pods that an autoscaler counts, provided that its target selects any and no other autoscaler counts them too. */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { labelsMatch, parseLabelSelector } from "../../../api/machinery/selectors/selector.ts";
import type { ReconcileContext } from "../controller.ts";
import { RESOURCE } from "./autoscaler-status.ts";
import type { Autoscaler } from "./rescale.ts";
import { scaleOf } from "./scale-target.ts";

export type Selection =
  | { readonly ok: true; readonly pods: readonly Stored<Pod>[] }
  | {
      readonly ok: false;
      /** For the condition and the event. */
      readonly reason: string;
      readonly event: string;
      readonly message: string;
      readonly error: string;
    };

export function selectionOf(autoscaler: Autoscaler, selector: string, context: ReconcileContext): Selection {
  if (selector === "")
    return {
      ok: false,
      reason: "InvalidSelector",
      event: "SelectorRequired",
      message: "the HPA target's scale is missing a selector",
      error: "selector is required",
    };
  const parsed = parseLabelSelector(selector);
  if (!parsed.ok)
    return failedSelection(
      "InvalidSelector",
      `couldn't convert selector into a corresponding internal selector object: ${parsed.message}`,
    );
  const { namespace = "" } = autoscaler.metadata;
  const pods = context.snapshot
    .list("pods", namespace)
    .filter(({ metadata }) => labelsMatch(parsed.requirements, metadata.labels));
  const counting = context.snapshot
    .list(RESOURCE, namespace)
    .filter((other) => other.metadata.uid === autoscaler.metadata.uid || counts(other, pods, context));
  if (pods.length === 0 || counting.length < 2) return { ok: true, pods };
  const named = counting.map(({ metadata }) => `${namespace}/${metadata.name}`).sort();
  return failedSelection(
    "AmbiguousSelector",
    `pods by selector ${selector} are controlled by multiple HPAs: [${named.join(" ")}]`,
  );
}

const failedSelection = (reason: string, error: string): Selection => ({
  ok: false,
  reason,
  event: reason,
  message: error,
  error,
});

/** Whether another autoscaler counts one of these pods. Autoscalers of custom resources are not considered. */
function counts(other: Autoscaler, pods: readonly Stored<Pod>[], context: ReconcileContext): boolean {
  const scale = scaleOf(other, context);
  if (!("selector" in scale) || scale.selector === "") return false;
  const parsed = parseLabelSelector(scale.selector);
  return parsed.ok && pods.some(({ metadata }) => labelsMatch(parsed.requirements, metadata.labels));
}
