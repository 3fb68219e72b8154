/** Which objects hold a kind's revisions, and how to read one. */
import type { ControllerRevision, ReplicaSet } from "../../api/generated/apps.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { type Kind, kubectlName } from "../api/kind.ts";
import { type Revision, revisionOfControllerRevision, revisionOfReplicaSet } from "./revisions.ts";

interface RevisionSource {
  readonly resource: string;
  readonly revisionOf: (object: Stored<KubeObject>) => Revision;
}

const REPLICA_SETS: RevisionSource = {
  resource: "replicasets.apps",
  revisionOf: (object) => revisionOfReplicaSet(object as Stored<ReplicaSet>),
};
const CONTROLLER_REVISIONS: RevisionSource = {
  resource: "controllerrevisions.apps",
  revisionOf: (object) => revisionOfControllerRevision(object as Stored<ControllerRevision>),
};

const SOURCES: Readonly<Record<string, RevisionSource>> = {
  "deployments.apps": REPLICA_SETS,
  "statefulsets.apps": CONTROLLER_REVISIONS,
  "daemonsets.apps": CONTROLLER_REVISIONS,
};

/** Undefined for kinds without revisions. */
export const revisionSourceOf = (kind: Kind): RevisionSource | undefined => SOURCES[kubectlName(kind)];
