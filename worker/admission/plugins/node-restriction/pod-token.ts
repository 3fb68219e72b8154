/** A node requests tokens for the pods that it runs, each bound to its pod and for audiences that the pod wants. */
import type { TokenRequest } from "../../../../api/generated/authentication.v1.ts";
import type { Pod } from "../../../../api/generated/core.v1.ts";
import { goQuote } from "../../../../api/machinery/field-error.ts";
import { notFound } from "../../../../api/machinery/status.ts";
import { ApiError } from "../../../api-error.ts";
import { authorize } from "../../../auth/authorize.ts";
import { API_AUDIENCES } from "../../../auth/credentials/service-account-token.ts";
import type { AdmissionRequest } from "../../plugin.ts";
import { refusal } from "../../refusal.ts";
import { driverAudiences, projectedAudiences } from "./volume-audiences.ts";

const AUDIENCE_VERB = "request-serviceaccounts-token-audience";

export async function checkPodToken(node: string, request: AdmissionRequest): Promise<void> {
  if (request.operation !== "CREATE" || request.subresource !== "token") return;
  const { spec } = request.object as TokenRequest;
  const { kind, apiVersion, name = "", uid = "" } = spec.boundObjectRef ?? {};
  if (kind !== "Pod" || apiVersion !== "v1" || name === "") {
    throw refusal(request, "node requested token not bound to a pod");
  }
  if (uid === "") throw refusal(request, "node requested token with a pod binding without a uid");
  const { entry } = await request.context.store.read({ resource: "pods", namespace: request.namespace, name });
  if (!entry) throw new ApiError(notFound({ group: "", resource: "pods" }, name));
  const pod = JSON.parse(entry.text) as Pod;
  if (pod.metadata.uid !== uid) {
    throw refusal(
      request,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (pod.spec.nodeName !== node) {
    throw refusal(request, "node requested token bound to a pod scheduled on a different node");
  }
  await checkAudience(request, pod, spec.audiences ?? []);
}

async function checkAudience(request: AdmissionRequest, pod: Pod, requested: readonly string[]): Promise<void> {
  if (requested.length > 1) throw refusal(request, "node may only request 0 or 1 audiences");
  const [audience = ""] = requested;
  const isOwn = (each: string) => each === "" || API_AUDIENCES.includes(each);
  const isRequested = (each: string) => each === audience || (isOwn(each) && isOwn(audience));
  if (projectedAudiences(pod).some(isRequested)) return;
  const { user, policy, store } = request.context;
  const { named, problems } = await driverAudiences(pod, store);
  if (named.some(isRequested)) return;
  if (problems.length > 0) {
    const [first, ...others] = new Set(problems);
    const why = others.length > 0 ? `[${[first, ...others].join(", ")}]` : first;
    throw refusal(request, `error validating audience ${goQuote(audience)}: ${why}`);
  }
  const attributes = {
    verb: AUDIENCE_VERB,
    group: "",
    version: "",
    resource: audience,
    subresource: "",
    namespace: request.namespace,
    name: request.name,
  };
  if ((await authorize(user, attributes, { policy, store })).allowed) return;
  throw refusal(
    request,
    `audience ${goQuote(audience)} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`,
  );
}
