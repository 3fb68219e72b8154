/** Keeps the number of pods that a ReplicationController asks for: a ReplicaSet with a simpler selector. */
import { replicasController } from "./replicas-controller.ts";

export const replicationController = replicasController({
  name: "replication-controller",
  primary: { resource: "replicationcontrollers", kind: "ReplicationController", apiVersion: "v1" },
  selectorOf: ({ spec: { selector: matchLabels } }) => matchLabels && { matchLabels },
  countsTerminating: false,
});
