/** metav1.DeleteOptions from the body or from URL parameters, validated as in Kubernetes. */
import type { DeleteOptions } from "../../../api/generated/meta.v1.ts";
import { decodeJson } from "../../../api/machinery/decode/decode-json.ts";
import { kindIn, notRegistered, withDefaults } from "../../../api/machinery/decode/decode-kind.ts";
import { type FieldError, invalid as invalidField, notSupported } from "../../../api/machinery/field-error.ts";
import { parseJson } from "../../../api/machinery/json/json-syntax.ts";
import { parseApiVersion } from "../../../api/machinery/meta.ts";
import { decodeMessage } from "../../../api/machinery/protobuf/decode.ts";
import { openEnvelope } from "../../../api/machinery/protobuf/protobuf.ts";
import { ProtobufProblem } from "../../../api/machinery/protobuf/reader.ts";
import { badRequest, invalid } from "../../../api/machinery/status.ts";
import type { Resource } from "../../../api/resources/resource.ts";
import { structOf } from "../../../api/schema/table.ts";
import { ApiError } from "../../api-error.ts";
import type { Deletion, Propagation } from "../../registry/delete.ts";
import type { RequestContext } from "../../request-context.ts";
import { yamlBytesToJson } from "../../yaml-text.ts";
import { bodyType } from "./body.ts";
import { booleanOption, dryRunErrors, integerOption } from "./write-options.ts";

const POLICIES: readonly Propagation[] = ["Foreground", "Background", "Orphan"];

const isPolicy = (text: string): text is Propagation => POLICIES.some((policy) => policy === text);

export const deletionOf = (context: RequestContext): Deletion =>
  deletionFrom(context.body.length > 0 ? fromBody(context) : fromQuery(context.query));

export function deletionFrom(options: DeleteOptions): Deletion {
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
  if (propagationPolicy !== undefined && !isPolicy(propagationPolicy)) {
    errors.push(notSupported("propagationPolicy", propagationPolicy, [...POLICIES, "nil"]));
  }
  errors.push(...dryRunErrors(options.dryRun ?? []));
  if (errors.length > 0) throw new ApiError(invalid("meta.k8s.io", "DeleteOptions", "", errors));
  const propagation = propagationOf(options);
  return {
    options,
    dryRun: (options.dryRun ?? []).length > 0,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagation === undefined ? {} : { propagation }),
    ...(preconditions?.uid === undefined ? {} : { uid: preconditions.uid }),
    ...(preconditions?.resourceVersion === undefined ? {} : { resourceVersion: preconditions.resourceVersion }),
  };
}

/** `orphanDependents` is the older form of the policy. */
function propagationOf({ propagationPolicy, orphanDependents }: DeleteOptions): Propagation | undefined {
  if (orphanDependents !== undefined) return orphanDependents ? "Orphan" : "Background";
  return propagationPolicy !== undefined && isPolicy(propagationPolicy) ? propagationPolicy : undefined;
}

/** Warnings for a deletion that does not say what happens to dependents. */
export const propagationWarnings = ({ propagationWarning }: Resource, { propagation }: Deletion): string[] =>
  propagationWarning && propagation === undefined ? [propagationWarning] : [];

/** The assumed kind of a body that does not say. */
const OPTIONS = { group: "meta.k8s.io", version: "v1", kind: "DeleteOptions" };
const SCHEME = "pkg/apis/meta/internalversion/scheme/register.go:27";

/** Any group version is accepted: DeleteOptions are registered in all of them. */
function fromBody({ body, request }: RequestContext): DeleteOptions {
  const type = bodyType(request);
  if (type === "protobuf") return fromProtobuf(body);
  const json = type === "yaml" ? yamlBytesToJson(body) : { ok: true as const, json: new TextDecoder().decode(body) };
  if (!json.ok) throw new ApiError(badRequest(json.message));
  const parsed = parseJson(json.json);
  if (!parsed.ok) throw new ApiError(badRequest(`couldn't get version/kind; json parse error: ${parsed.message}`));
  const named = kindIn(parsed.value);
  if (!named.ok) throw new ApiError(badRequest(named.message));
  if (named.kind !== "" && named.kind !== "DeleteOptions")
    throw new ApiError(badRequest(notRegistered(withDefaults(named, OPTIONS), SCHEME)));
  const decoded = decodeJson(json.json, structOf("meta.v1.DeleteOptions"));
  if (!decoded.ok) throw new ApiError(badRequest(decoded.message));
  return decoded.value;
}

function fromProtobuf(body: Uint8Array): DeleteOptions {
  try {
    const { raw, kind, apiVersion } = openEnvelope(body);
    if (kind === "DeleteOptions") return decodeMessage(raw, structOf("meta.v1.DeleteOptions"));
    throw new ApiError(badRequest(notRegistered({ ...parseApiVersion(apiVersion), kind }, SCHEME)));
  } catch (error) {
    if (error instanceof ProtobufProblem) throw new ApiError(badRequest(error.message));
    throw error;
  }
}

function fromQuery(query: URLSearchParams): DeleteOptions {
  const gracePeriodSeconds = integerOption(query, "gracePeriodSeconds");
  const propagationPolicy = query.get("propagationPolicy");
  const dryRun = query.getAll("dryRun");
  const [uid, resourceVersion] = [query.get("uid"), query.get("resourceVersion")];
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === null ? {} : { propagationPolicy }),
    ...(query.has("orphanDependents") ? { orphanDependents: booleanOption(query, "orphanDependents") } : {}),
    ...(dryRun.length > 0 ? { dryRun } : {}),
    // Preconditions are flattened in a URL.
    ...(uid || resourceVersion
      ? { preconditions: { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) } }
      : {}),
  };
}
