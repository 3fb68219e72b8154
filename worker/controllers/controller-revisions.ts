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
  /** How many names have been found taken so far. */
  readonly collisionCount: number | undefined;
  /** The hash in a new revision's name, of its data. */
  readonly hashOf: (data: unknown, collisionCount: number | undefined) => string;
  /** What a new revision is labelled with: the hash in its name, or the one that was tried first. */
  readonly labelsOf: (hashes: { first: string; last: string }) => Readonly<Record<string, string>>;
}

export type History =
  | {
      /** The revision of the template as it is. */
      readonly update: Revision;
      /** All of them, oldest first. */
      readonly all: readonly Revision[];
    }
  /** Revisions have to be adopted, or one made or raised first; and how many names were taken by then, if more than before. */
  | { readonly effects: readonly Effect[]; readonly collisionCount?: number };

const dataOf = (template: PodTemplateSpec) => ({ spec: { template: { ...template, $patch: "replace" } } });

const byRevision = (a: Revision, b: Revision): number =>
  a.revision - b.revision || (a.metadata.name < b.metadata.name ? -1 : 1);

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
  // Nothing new of what is on its way out.
  if (owner.metadata.deletionTimestamp) return matching ? { update: matching, all } : { effects: [] };
  if (matching) {
    const raised: ControllerRevision = { ...matching, revision };
    return { effects: [{ op: "update", resource: REVISIONS, namespace, object: raised }] };
  }
  const { collisionCount } = rules;
  const first = rules.hashOf(data, collisionCount);
  for (let count = collisionCount; ; count = (count ?? 0) + 1) {
    const last = rules.hashOf(data, count);
    const name = `${owner.metadata.name.slice(0, 223)}-${last}`;
    const taken = snapshot.get<ControllerRevision>(REVISIONS, namespace, name);
    // Whosever it is: it says the same.
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
      // In the order in which Go prints it: clients compare it byte by byte with the template that they see.
      data: JSON.parse(canonical(data)),
      revision,
    };
    const effects: readonly Effect[] = [{ op: "create", resource: REVISIONS, namespace, object }];
    return count === collisionCount ? { effects } : { effects, collisionCount: count ?? 0 };
  }
}

/** The template that a revision stands for. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec | undefined {
  const data = revision.data as { spec?: { template?: PodTemplateSpec & { $patch?: string } } } | undefined;
  const { $patch: _, ...template } = data?.spec?.template ?? {};
  return template as PodTemplateSpec;
}

/** Those that nothing uses, oldest first. */
export const unusedRevisions = (all: readonly Revision[], live: ReadonlySet<string>): readonly Revision[] =>
  all.filter(({ metadata }) => !live.has(metadata.name));

/** Removes so many of the unused ones, the oldest first. */
export function trimHistory(unused: readonly Revision[], surplus: number): readonly Effect[] {
  return unused.slice(0, Math.max(0, surplus)).map(({ metadata }) => ({
    op: "delete",
    resource: REVISIONS,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    uid: metadata.uid,
  }));
}
