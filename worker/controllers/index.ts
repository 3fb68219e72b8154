/** The table of all controllers. */

import { horizontalPodAutoscaler } from "./autoscaling/horizontal-pod-autoscaler.ts";
import { bootstrapSigner, tokenCleaner } from "./bootstrap/bootstrap-token.ts";
import { standingObjectsController } from "./bootstrap/standing-objects.ts";
import { certificateApprover } from "./certificates/certificate-approval.ts";
import { certificateCleaner, certificateSigner } from "./certificates/certificate-signing.ts";
import { clusterRoleAggregation } from "./cluster-role-aggregation.ts";
import type { Controller } from "./controller.ts";
import { cronJobController } from "./cronjob/cronjob.ts";
import { daemonSetController } from "./daemonset/daemonset.ts";
import { deploymentController } from "./deployment/deployment.ts";
import { claimReservationController } from "./devices/claim-reservation.ts";
import { deviceTaintEvictionController } from "./devices/device-taint-eviction.ts";
import { claimReleaseController, podClaimsController } from "./devices/resource-claims.ts";
import { disruptionController, staleDisruptionController } from "./disruption/disruption.ts";
import { overlappingBudgetsController } from "./disruption/overlapping-budgets.ts";
import { endpointSliceMirroringController } from "./endpoints/endpoint-slice-mirroring.ts";
import { endpointSliceController } from "./endpoints/endpoint-slices.ts";
import { endpointsController } from "./endpoints/endpoints.ts";
import { apiServiceAvailability } from "./extensions/api-service-availability.ts";
import { customApiServices } from "./extensions/custom-api-services.ts";
import { customResourceCleanup } from "./extensions/custom-resource-cleanup.ts";
import { flowSchemaStatus } from "./flow-schema-status.ts";
import { garbageCollector } from "./garbage-collector.ts";
import { ingressStatusController } from "./ingress/ingress-status.ts";
import { serviceAddressController } from "./ingress/service-address.ts";
import { jobController } from "./job/job.ts";
import { jobOrphanController } from "./job/orphan-pods.ts";
import { localVolumeClass } from "./local-volumes/local-class.ts";
import { localVolumeDeleter } from "./local-volumes/local-deleter.ts";
import { localVolumeProvisioner } from "./local-volumes/local-provisioner.ts";
import { localVolumeResizer } from "./local-volumes/local-resizer.ts";
import { namespaceController } from "./namespace/namespace.ts";
import { nodeEventsController } from "./node/node-events.ts";
import { nodeEvictionController } from "./node/node-eviction.ts";
import { nodeIpamController } from "./node/node-ipam.ts";
import { nodeLifecycleController } from "./node/node-lifecycle.ts";
import { nodeTtlController } from "./node/node-ttl.ts";
import { taintEvictionController } from "./node/taint-eviction.ts";
import { missingNodeController } from "./pod-gc/missing-node.ts";
import { podGcController } from "./pod-gc/pod-gc.ts";
import { policyStatusController } from "./policy-status.ts";
import { resourceQuotaController } from "./quota/resource-quota.ts";
import { replicaSetController } from "./replicaset/replicaset.ts";
import { replicationController } from "./replicaset/replication.ts";
import { nodeLoadBalancer } from "./service/node-load-balancer.ts";
import { serviceAddressesController } from "./service/service-addresses.ts";
import { serviceCidrController } from "./service/service-cidr.ts";
import { legacyTokenCleaner } from "./service-account/legacy-token-cleaner.ts";
import { rootCaPublisher } from "./service-account/root-ca.ts";
import { serviceAccountController } from "./service-account/service-account.ts";
import { serviceAccountTokenController } from "./service-account/service-account-token.ts";
import { statefulSetController } from "./statefulset/statefulset.ts";
import { ttlAfterFinishedController } from "./ttl-after-finished.ts";
import { attachDetachController } from "./volume/attachment.ts";
import { volumeBinder } from "./volume/binder.ts";
import { ephemeralVolumes } from "./volume/ephemeral.ts";
import { volumeExpansion } from "./volume/expansion.ts";
import { claimProtection, classProtection, volumeProtection } from "./volume/protection.ts";

export const controllers: readonly Controller[] = [
  serviceAccountController,
  serviceAccountTokenController,
  legacyTokenCleaner,
  rootCaPublisher,
  namespaceController,
  standingObjectsController,
  customResourceCleanup,
  apiServiceAvailability,
  customApiServices,
  flowSchemaStatus,
  deploymentController,
  replicaSetController,
  replicationController,
  statefulSetController,
  daemonSetController,
  jobController,
  jobOrphanController,
  cronJobController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  ingressStatusController,
  serviceAddressController,
  nodeLoadBalancer,
  nodeLifecycleController,
  nodeEvictionController,
  nodeEventsController,
  nodeIpamController,
  nodeTtlController,
  taintEvictionController,
  disruptionController,
  staleDisruptionController,
  overlappingBudgetsController,
  resourceQuotaController,
  horizontalPodAutoscaler,
  volumeBinder,
  claimProtection,
  volumeProtection,
  classProtection,
  ephemeralVolumes,
  volumeExpansion,
  attachDetachController,
  localVolumeClass,
  localVolumeProvisioner,
  localVolumeDeleter,
  localVolumeResizer,
  podClaimsController,
  claimReleaseController,
  claimReservationController,
  deviceTaintEvictionController,
  clusterRoleAggregation,
  policyStatusController,
  serviceCidrController,
  serviceAddressesController,
  certificateApprover,
  certificateSigner,
  certificateCleaner,
  bootstrapSigner,
  tokenCleaner,
  podGcController,
  missingNodeController,
  garbageCollector,
  ttlAfterFinishedController,
];
