/** The table of all controllers. */
import type { Controller } from "./controller.ts";
import { daemonSetController } from "./daemonset/daemonset.ts";
import { deploymentController } from "./deployment/deployment.ts";
import { endpointSliceMirroringController } from "./endpoints/endpoint-slice-mirroring.ts";
import { endpointSliceController } from "./endpoints/endpoint-slices.ts";
import { endpointsController } from "./endpoints/endpoints.ts";
import { garbageCollector } from "./garbage-collector.ts";
import { jobController } from "./job/job.ts";
import { jobOrphanController } from "./job/orphan-pods.ts";
import { namespaceController } from "./namespace.ts";
import { nodeIpamController } from "./node/node-ipam.ts";
import { nodeLifecycleController } from "./node/node-lifecycle.ts";
import { taintEvictionController } from "./node/taint-eviction.ts";
import { podGcController } from "./pod-gc.ts";
import { replicaSetController } from "./replicaset.ts";
import { replicationController } from "./replication.ts";
import { rootCaPublisher } from "./root-ca.ts";
import { serviceAccountController } from "./service-account.ts";
import { statefulSetController } from "./statefulset/statefulset.ts";
import { ttlAfterFinishedController } from "./ttl-after-finished.ts";

export const controllers: readonly Controller[] = [
  serviceAccountController,
  rootCaPublisher,
  namespaceController,
  deploymentController,
  replicaSetController,
  replicationController,
  statefulSetController,
  daemonSetController,
  jobController,
  jobOrphanController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  nodeLifecycleController,
  nodeIpamController,
  taintEvictionController,
  podGcController,
  garbageCollector,
  ttlAfterFinishedController,
];
