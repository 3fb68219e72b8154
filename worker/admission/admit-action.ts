import type { KubeObject } from "../../api/machinery/meta.ts";
import type { RequestContext } from "../request-context.ts";
import { requireExpectations } from "./expectations.ts";
import { admitMutation, admitValidation } from "./index.ts";
import { newAdmissionRequest } from "./new-admission-request.ts";

interface Action {
  readonly subresource: string;
  readonly name: string;
  /** The posted object: an Eviction, a Binding. Plugins may change it. */
  readonly object: KubeObject;
  readonly dryRun: boolean;
  /** Checks the object as plugins have changed it. */
  readonly check: () => void;
}

/** Admits a POST that acts on an object, such as an eviction, as the creation of what is posted. */
export async function admitAction(context: RequestContext, { check, ...action }: Action): Promise<void> {
  const request = newAdmissionRequest(context, { operation: "CREATE", ...action, old: undefined });
  await admitMutation(request);
  check();
  await admitValidation(request);
  await requireExpectations(request);
}
