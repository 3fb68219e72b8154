/** What a workload was told to be before: a Deployment's ReplicaSets, or the ControllerRevisions of a StatefulSet or DaemonSet. */
import type { ControllerRevision, ReplicaSet } from "../../api/generated/apps.v1.ts";
import type { PodTemplateSpec } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { ownersOf } from "../summaries/owners.ts";

export interface Revision {
  readonly number: number;
  /** RFC 3339. */
  readonly created: string;
  /** What whoever made it wrote of it. */
  readonly cause: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Without the label by which a ReplicaSet knows its pods. */
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
    template: { ...template, metadata: { ...of, labels } } as PodTemplateSpec,
  };
}

export function revisionOfControllerRevision({ metadata, revision, data }: Stored<ControllerRevision>): Revision {
  // A strategic merge patch of the workload, which replaces its template.
  const { $patch: _, ...template } = (data as { spec: { template: PodTemplateSpec & { $patch?: string } } }).spec
    .template;
  return { ...describing(metadata, revision), template };
}

function describing({ annotations = {}, creationTimestamp }: Stored<ReplicaSet>["metadata"], number: number) {
  return { number, created: creationTimestamp, cause: annotations[CAUSE] ?? "", annotations };
}

/** Those of one workload, the newest first, which is what it is told to be now. */
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
