/** How existing pods of a namespace violate a level that it is about to enforce. */
import type { Pod } from "../../../../api/generated/core.v1.ts";
import type { ObjectStore } from "../../../storage/object-store.ts";
import { reasonOf, violationsOf } from "./evaluate.ts";
import { type LevelVersion, textOf } from "./policy.ts";

/** The number of pods that Kubernetes looks at. */
const MAX_PODS = 3000;

export async function namespaceWarnings(
  store: ObjectStore,
  namespace: string,
  enforce: LevelVersion,
): Promise<string[]> {
  const pods: Pod[] = [];
  let more = true;
  let unseen = 0;
  for (let after: { namespace: string; name: string } | undefined; more && pods.length < MAX_PODS; ) {
    const limit = MAX_PODS - pods.length;
    const page = await store.list({ resource: "pods", namespace, limit, ...(after ? { after } : {}) });
    pods.push(...page.items.map(({ text }) => JSON.parse(text) as Pod));
    more = page.more;
    unseen = page.remaining ?? 0;
    after = page.last;
  }
  const breaking = new Map<string, string[]>();
  for (const pod of pods) {
    const reason = reasonOf(violationsOf(pod, enforce));
    if (reason !== "") breaking.set(reason, [...(breaking.get(reason) ?? []), pod.metadata.name ?? ""]);
  }
  const bounded = `new PodSecurity enforce level only checked against the first ${pods.length} of ${pods.length + unseen} existing pods`;
  const first = more ? [bounded] : [];
  if (breaking.size === 0) return first;
  return [
    ...first,
    `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ` +
      JSON.stringify(textOf(enforce)),
    ...[...breaking].map(([reason, names]) => `${firstOf(names)}: ${reason}`).sort(),
  ];
}

function firstOf(names: readonly string[]): string {
  const [first = ""] = names.toSorted();
  const others = names.length - 1;
  if (others === 0) return first;
  return others === 1 ? `${first} (and 1 other pod)` : `${first} (and ${others} other pods)`;
}
