/**
 * An APIService that this server answers itself is available from the start. In Kubernetes the kind's strategy does
 * this, since it has a clock (kube-aggregator/pkg/registry/apiservice/strategy.go).
 */
import type { APIService } from "../../../api/generated/apiregistration.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { AdmissionPlugin } from "../plugin.ts";

export const localApiService: AdmissionPlugin = {
  name: "LocalAPIService",
  handles: ({ operation, subresource, object }) =>
    operation === "CREATE" && subresource === "" && object?.kind === "APIService",
  mutate({ object, context: { now } }) {
    const { spec, status } = object as APIService;
    if (spec.service) return;
    const reason = "Local";
    const message = "Local APIServices are always available";
    status.conditions = [{ type: "Available", status: "True", lastTransitionTime: timestamp(now), reason, message }];
  },
};
