/** The conditions of a terminating namespace, about what keeps it. */
import type { Namespace, NamespaceCondition } from "../../../api/generated/core.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { Located } from "../controller.ts";
import { same } from "../same.ts";

interface ConditionReason {
  readonly reason: string;
  readonly message: string;
}

/** One condition of a namespace: something is wrong, or nothing is. */
interface Checked {
  readonly type: string;
  readonly wrong: ConditionReason | undefined;
  readonly well: ConditionReason;
}

/** How far a namespace has been emptied. */
interface Emptying {
  /** What is left in it. */
  readonly content: readonly Located[];
  /** Why deletions were refused. */
  readonly refusals?: readonly string[];
  /** Group versions of API servers that do not answer discovery. */
  readonly undiscovered?: readonly string[];
}

export function conditionsOf(
  namespace: Namespace,
  { content, refusals = [], undiscovered = [] }: Emptying,
  now: number,
): NamespaceCondition[] {
  const byResource = countNames(content.map(({ resource }) => resource));
  const byFinalizer = countNames(content.flatMap(({ object }) => object.metadata.finalizers ?? []));
  const checked: readonly Checked[] = [
    {
      type: "NamespaceDeletionDiscoveryFailure",
      wrong:
        undiscovered.length === 0 ? undefined : { reason: "DiscoveryFailed", message: discoveryFailure(undiscovered) },
      well: { reason: "ResourcesDiscovered", message: "All resources successfully discovered" },
    },
    {
      type: "NamespaceDeletionGroupVersionParsingFailure",
      wrong: undefined,
      well: { reason: "ParsedGroupVersions", message: "All legacy kube types successfully parsed" },
    },
    {
      type: "NamespaceDeletionContentFailure",
      wrong:
        refusals.length === 0
          ? undefined
          : {
              reason: "ContentDeletionFailed",
              message: `Failed to delete all resource types, ${refusals.length} remaining: ${refusals.toSorted().join(", ")}`,
            },
      well: {
        reason: "ContentDeleted",
        message: "All content successfully deleted, may be waiting on finalization",
      },
    },
    {
      type: "NamespaceContentRemaining",
      wrong: remaining("SomeResourcesRemain", "Some resources are remaining", {
        counts: byResource,
        print: (resource, count) => `${withGroup(resource)} has ${count} resource instances`,
      }),
      well: { reason: "ContentRemoved", message: "All content successfully removed" },
    },
    {
      type: "NamespaceFinalizersRemaining",
      wrong: remaining("SomeFinalizersRemain", "Some content in the namespace has finalizers remaining", {
        counts: byFinalizer,
        print: (finalizer, count) => `${finalizer} in ${count} resource instances`,
      }),
      well: { reason: "ContentHasNoFinalizers", message: "All content-preserving finalizers finished" },
    },
  ];
  return checked.map((each) => conditionOf(namespace, each, now));
}

function discoveryFailure(groupVersions: readonly string[]): string {
  const failures = groupVersions.toSorted().map((each) => `${each}: stale GroupVersion discovery: ${each}`);
  const all = `unable to retrieve the complete list of server APIs: ${failures.join(", ")}`;
  return `Discovery failed for some groups, ${failures.length} failing: ${all}`;
}

interface Counted {
  readonly counts: ReadonlyMap<string, number>;
  readonly print: (name: string, count: number) => string;
}

function remaining(reason: string, begin: string, { counts, print }: Counted): ConditionReason | undefined {
  if (counts.size === 0) return undefined;
  const parts = [...counts].map(([name, count]) => print(name, count)).sort();
  return { reason, message: `${begin}: ${parts.join(", ")}` };
}

/** Kept unchanged if it says the same as before. */
function conditionOf(namespace: Namespace, { type, wrong, well }: Checked, now: number): NamespaceCondition {
  const next = { type, status: wrong ? "True" : "False", ...(wrong ?? well) };
  const current = namespace.status.conditions?.find((each) => each.type === type);
  if (current && same({ ...current, lastTransitionTime: undefined }, next)) return current;
  const since = current?.status === next.status ? current.lastTransitionTime : undefined;
  return { ...next, lastTransitionTime: since ?? timestamp(now) };
}

export function countNames(names: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Go prints a GroupResource of the core group with a trailing dot. */
const withGroup = (resource: string) => (resource.includes(".") ? resource : `${resource}.`);
