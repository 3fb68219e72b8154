/** A workload's revisions: a Deployment's ReplicaSets, or the ControllerRevisions of a StatefulSet or DaemonSet. */
import type { ControllerRevision, ReplicaSet } from "../../api/generated/apps.v1.ts";
import type { PodTemplateSpec } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { ownersOf } from "./owners.ts";

export interface Revision {
  readonly number: number;
  /** RFC 3339. */
  readonly created: string;
  /** The change cause that its author recorded. */
  readonly cause: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Without the label by which a ReplicaSet selects its pods. */
  readonly template: PodTemplateSpec;
}

const NUMBER = "deployment.kubernetes.io/revision";
const HASH = "pod-template-hash";
const CAUSE = "kubernetes.io/change-cause";

export function revisionOfReplicaSet({ metadata, spec }: Stored<ReplicaSet>): Revision {
  const { metadata: of, ...template } = spec.template ?? {};
  const { [HASH]: _, ...labels } = of?.labels ?? {};
  return {
    ...describing(metadata, Number(metadata.annotations?.[NUMBER] ?? 0)),
    template: { ...template, metadata: { ...of, labels } },
  };
}

export function revisionOfControllerRevision({ metadata, revision, data }: Stored<ControllerRevision>): Revision {
  // The data is a strategic merge patch that replaces the workload's template.
  const { $patch: _, ...template } = (data as { spec: { template: PodTemplateSpec & { $patch?: string } } }).spec
    .template;
  return { ...describing(metadata, revision), template };
}

function describing({ annotations = {}, creationTimestamp }: Stored<ReplicaSet>["metadata"], number: number) {
  return { number, created: creationTimestamp, cause: annotations[CAUSE] ?? "", annotations };
}

/** The revisions of one workload, newest first; the first one is the current one. */
export const revisionsOf = (
  uid: string,
  objects: Iterable<Stored<KubeObject>>,
  revisionOf: (object: Stored<KubeObject>) => Revision,
): Revision[] =>
  [...objects]
    .filter((each) => ownersOf(each).includes(uid))
    .map(revisionOf)
    .sort((a, b) => b.number - a.number);

export const imagesOf = ({ template }: Revision): string =>
  [...(template.spec?.initContainers ?? []), ...(template.spec?.containers ?? [])].map(({ image }) => image).join(", ");
