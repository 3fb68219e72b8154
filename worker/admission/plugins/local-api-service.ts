/**
 * An APIService that this server answers itself is available from the start. In Kubernetes the kind's strategy does
 * this, since it has a clock (kube-aggregator/pkg/registry/apiservice/strategy.go).
 */
import { timestamp } from "../../../api/machinery/time/time.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

export const localApiService = defineResourcePlugin({
  name: "LocalAPIService",
  resources: ["apiservices.apiregistration.k8s.io"],
  handles: ["CREATE"],
  allocate({ object: { spec, status }, context: { now } }) {
    if (spec.service) return;
    const reason = "Local";
    const message = "Local APIServices are always available";
    status.conditions = [{ type: "Available", status: "True", lastTransitionTime: timestamp(now), reason, message }];
  },
});
