/** Keeps the number of pods that a ReplicaSet asks for. */
import { replicasController } from "./replicas-controller.ts";

export const replicaSetController = replicasController({
  name: "replicaset-controller",
  primary: { resource: "replicasets.apps", kind: "ReplicaSet", apiVersion: "apps/v1" },
  selectorOf: ({ spec }) => spec.selector,
  countsTerminating: true,
});
