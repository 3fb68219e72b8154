import { Refusal } from "./refusal.ts";
import type { ServeContext } from "./serve-context.ts";

interface PodName {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
}

export function podOf<R extends PodName>(requested: R, { findPod }: ServeContext) {
  const pod = findPod(requested.namespace, requested.pod, requested.uid);
  if (pod === undefined) throw new Refusal(404, "NotFound", `pod "${requested.pod}" does not exist on this node`);
  // The request names the mirror pod, whose uid differs from the static pod's.
  return { pod, request: { ...requested, uid: pod.metadata.uid ?? "" } };
}
