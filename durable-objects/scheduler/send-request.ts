import type { KubeObject } from "../../api/machinery/meta.ts";
import type { ApiClient, Outcome } from "../../client/api-client.ts";
import type { SchedulerRequest } from "../../worker/scheduler/requests/scheduler-request.ts";

/** Sends a request of the scheduler's. */
export function sendRequest(
  api: ApiClient,
  { verb, body, failure: _, ...target }: SchedulerRequest,
): Promise<Outcome<KubeObject>> {
  switch (verb) {
    case "create":
      return api.create(target, body as KubeObject);
    case "update":
      return api.update(target, body as KubeObject);
    case "patch":
      return api.patch(target, "application/strategic-merge-patch+json", body);
  }
}
