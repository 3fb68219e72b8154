/** The history of templates that DaemonSets and StatefulSets keep as ControllerRevisions. */
import type { ControllerRevision } from "../../api/generated/apps.v1.ts";
import type { PodTemplateSpec } from "../../api/generated/core.v1.ts";
import type { LabelSelector } from "../../api/generated/meta.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Effect, Snapshot } from "./controller.ts";
import { claim, controllerReference } from "./controller-ref.ts";
import { same } from "./same.ts";
import { canonical } from "./template-hash/template-hash.ts";

export const REVISIONS = "controllerrevisions.apps";

type Revision = Stored<ControllerRevision>;

export interface HistoryRules {
  readonly template: PodTemplateSpec;
  readonly selector: LabelSelector | undefined;
  /** How many name collisions have occurred so far. */
  readonly collisionCount: number | undefined;
  /** The hash of the revision's data in its name. */
  readonly hashOf: (data: unknown, collisionCount: number | undefined) => string;
  /** The labels of a new revision, by the hash in its name, or the one that was tried first. */
  readonly labelsOf: (hashes: { first: string; last: string }) => Readonly<Record<string, string>>;
}

export type History =
  | {
      /** The revision of the current template. */
      readonly update: Revision;
      /** All of them, oldest first. */
      readonly all: readonly Revision[];
    }
  /**
   * First, revisions must be adopted, or one be created or renumbered. Includes the collision count if it has grown.
   */
  | { readonly effects: readonly Effect[]; readonly collisionCount?: number };

const dataOf = (template: PodTemplateSpec) => ({ spec: { template: { ...template, $patch: "replace" } } });

const byRevision = (a: Revision, b: Revision): number => a.revision - b.revision || (ageKey(a) < ageKey(b) ? -1 : 1);
const ageKey = ({ metadata: { creationTimestamp, name } }: Revision) => `${creationTimestamp} ${name}`;

export function historyOf(owner: Stored<KubeObject>, rules: HistoryRules, snapshot: Snapshot): History {
  const claimed = claim<ControllerRevision>(snapshot, REVISIONS, owner, { selector: rules.selector });
  if (claimed.effects.length > 0) return { effects: claimed.effects };
  const all = claimed.owned.toSorted(byRevision);
  const data = dataOf(rules.template);
  const newest = all.at(-1);
  const matching = all.findLast((each) => same(each.data, data));
  if (matching && matching === newest) return { update: matching, all };
  const revision = (newest?.revision ?? 0) + 1;
  const namespace = owner.metadata.namespace ?? "";
  if (matching) {
    const raised: ControllerRevision = { ...matching, revision };
    return { effects: [{ op: "update", resource: REVISIONS, namespace, object: raised }] };
  }
  const { collisionCount } = rules;
  const first = rules.hashOf(data, collisionCount);
  for (let count = collisionCount; ; count = (count ?? 0) + 1) {
    const last = rules.hashOf(data, count);
    const name = `${owner.metadata.name.slice(0, 223)}-${last}`;
    const taken = snapshot.get(REVISIONS, namespace, name);
    // It does not matter who owns it: the content is the same.
    if (taken && same(taken.data, data)) return { update: taken, all };
    if (taken) continue;
    const object: ControllerRevision = {
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata: {
        name,
        namespace,
        labels: { ...rules.template.metadata?.labels, ...rules.labelsOf({ first, last }) },
        ...(owner.metadata.annotations ? { annotations: owner.metadata.annotations } : {}),
        ownerReferences: [controllerReference(owner)],
      },
      // In Go's key order: clients compare it bytewise with the template that they see.
      data: JSON.parse(canonical(data)),
      revision,
    };
    const effects: readonly Effect[] = [{ op: "create", resource: REVISIONS, namespace, object }];
    return count === collisionCount ? { effects } : { effects, collisionCount: count ?? 0 };
  }
}

/** The template stored in a revision. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec | undefined {
  const data = revision.data as { spec?: { template?: PodTemplateSpec & { $patch?: string } } } | undefined;
  const { $patch: _, ...template } = data?.spec?.template ?? {};
  return template as PodTemplateSpec;
}

/** Revisions that are not in use, oldest first. */
export const unusedRevisions = (all: readonly Revision[], live: ReadonlySet<string>): readonly Revision[] =>
  all.filter(({ metadata }) => !live.has(metadata.name));

/** Deletes this many of the unused revisions, oldest first. */
export function trimHistory(unused: readonly Revision[], surplus: number): readonly Effect[] {
  return unused.slice(0, Math.max(0, surplus)).map(({ metadata }) => ({
    op: "delete",
    resource: REVISIONS,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    uid: metadata.uid,
  }));
}
