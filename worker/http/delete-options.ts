/** metav1.DeleteOptions, from the body or from URL parameters, checked as Kubernetes checks them. */
import type { DeleteOptions } from "../../api/generated/meta.v1.ts";
import { type FieldError, invalid as invalidField, notSupported } from "../../api/machinery/field-error.ts";
import { badRequest, invalid } from "../../api/machinery/status.ts";
import { ApiError } from "./api-error.ts";
import { bodyType, decodeAs } from "./body.ts";
import type { RequestContext } from "./context.ts";
import { booleanOption, dryRunErrors, integerOption } from "./options.ts";

export type Propagation = "Background" | "Foreground" | "Orphan";

export interface Deletion {
  readonly dryRun: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagation?: Propagation;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

const POLICIES = ["Foreground", "Background", "Orphan", "nil"];

export function deletionOf(context: RequestContext): Deletion {
  const options = context.body.length > 0 ? fromBody(context) : fromQuery(context.query);
  const errors: FieldError[] = [];
  const { propagationPolicy, orphanDependents, gracePeriodSeconds, preconditions } = options;
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    errors.push(
      invalidField(
        "propagationPolicy",
        propagationPolicy,
        "orphanDependents and deletionPropagation cannot be both set",
      ),
    );
  }
  if (propagationPolicy !== undefined && !POLICIES.slice(0, 3).includes(propagationPolicy)) {
    errors.push(notSupported("propagationPolicy", propagationPolicy, POLICIES));
  }
  errors.push(...dryRunErrors(options.dryRun ?? []));
  if (errors.length > 0) throw new ApiError(invalid("meta.k8s.io", "DeleteOptions", "", errors));
  const propagation =
    orphanDependents === undefined
      ? (propagationPolicy as Propagation | undefined)
      : orphanDependents
        ? "Orphan"
        : "Background";
  return {
    dryRun: (options.dryRun ?? []).length > 0,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagation === undefined ? {} : { propagation }),
    ...(preconditions?.uid === undefined ? {} : { uid: preconditions.uid }),
    ...(preconditions?.resourceVersion === undefined ? {} : { resourceVersion: preconditions.resourceVersion }),
  };
}

const EXPECTED = { group: "meta.k8s.io", version: "v1", kind: "DeleteOptions" };

function fromBody({ body, request }: RequestContext): DeleteOptions {
  const decoded = decodeAs(body, { type: bodyType(request), expected: EXPECTED, fieldValidation: "Ignore" });
  if (!decoded.ok) throw new ApiError(badRequest(decoded.message));
  return decoded.object as unknown as DeleteOptions;
}

function fromQuery(query: URLSearchParams): DeleteOptions {
  const gracePeriodSeconds = integerOption(query, "gracePeriodSeconds");
  const propagationPolicy = query.get("propagationPolicy");
  const dryRun = query.getAll("dryRun");
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy ? { propagationPolicy } : {}),
    ...(query.has("orphanDependents") ? { orphanDependents: booleanOption(query, "orphanDependents") } : {}),
    ...(dryRun.length > 0 ? { dryRun } : {}),
  };
}
