/** `serviceaccounts/token`: issues tokens of a service account (registry/core/serviceaccount/storage/token.go). */

import type { TokenRequest } from "../../../api/generated/authentication.v1.ts";
import { type FieldError, goQuote, invalid as invalidField } from "../../../api/machinery/field-error.ts";
import { ownMember } from "../../../api/machinery/json/own-member.ts";
import { type KubeObject, parseApiVersion, type Stored } from "../../../api/machinery/meta.ts";
import { badRequest, conflict, invalid, methodNotAllowed, notFound } from "../../../api/machinery/status.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { defineResource } from "../../../api/resources/resource.ts";
import { requireExpectations } from "../../admission/expectations.ts";
import { admitMutation, admitValidation } from "../../admission/index.ts";
import { trackManagedFields } from "../../admission/managed-fields.ts";
import { newAdmissionRequest } from "../../admission/new-admission-request.ts";
import type { AdmissionRequest } from "../../admission/plugin.ts";
import { ApiError } from "../../api-error.ts";
import {
  API_AUDIENCES,
  type Claims,
  ISSUER,
  type KubernetesClaims,
} from "../../auth/credentials/service-account-token.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { placeInNamespace } from "../../registry/place-in-namespace.ts";
import type { RequestContext } from "../../request-context.ts";
import { keyOf, objectOf } from "../../storage/entry.ts";
import { decodeObject } from "../request/body.ts";
import { type WriteOptions, writeOptions } from "../request/write-options.ts";
import { acceptedBy, METADATA_VIEWS, renderView } from "../response/views.ts";
import { requireStorableName } from "../verbs/check-identity.ts";

const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
/**
 * The lifetime that admission requests for a pod's token volume. Since clients that read the file once would outlive
 * it, the token is valid for a year.
 */
const PROJECTED_SECONDS = 3607;
const EXTENDED_SECONDS = 365 * 24 * 60 * 60;
const BINDABLE: Readonly<Record<string, { resource: string; namespaced: boolean; claim: "pod" | "node" | "secret" }>> =
  {
    Pod: { resource: "pods", namespaced: true, claim: "pod" },
    Node: { resource: "nodes", namespaced: false, claim: "node" },
    Secret: { resource: "secrets", namespaced: true, claim: "secret" },
  };

/** The kind is not served by itself. */
const tokenRequests: Served = {
  resource: defineResource<TokenRequest>({
    group: "authentication.k8s.io",
    version: "v1",
    kind: "TokenRequest",
    plural: "tokenrequests",
    scope: "Namespaced",
  }),
  group: "authentication.k8s.io",
  version: "v1",
  custom: false,
};

export async function requestToken(context: RequestContext): Promise<Response> {
  if (context.request.method !== "POST") throw new ApiError(methodNotAllowed());
  const accepted = acceptedBy(context, METADATA_VIEWS);
  const options = writeOptions(context.query, "CreateOptions");
  const object = decodeObject(context, options, tokenRequests);
  placeInNamespace(context, object);
  (object as TokenRequest).spec.expirationSeconds ??= DEFAULT_SECONDS;
  const tracked = { fieldManager: options.fieldManager, subresource: "token" };
  trackManagedFields({ ...context, served: tokenRequests }, { old: undefined, next: object }, tracked);
  const request = admissionOf(context, object, options);
  await admitMutation(request);
  await requireExpectations(request);
  const { spec, metadata } = object as TokenRequest;
  checkIdentity(metadata, context.path);
  const account = await serviceAccount(context);
  checkAccount(metadata, account.metadata);
  const seconds = spec.expirationSeconds ?? DEFAULT_SECONDS;
  checkLifetime(seconds);
  const audiences = spec.audiences?.length ? spec.audiences : [ISSUER];
  // Validating plugins see what is asked for as it will be answered.
  spec.audiences = audiences;
  const { name, namespace, uid } = account.metadata;
  Object.assign(metadata, { name, namespace, uid, creationTimestamp: timestamp(context.now) });
  await admitValidation(request);
  const bound: BoundClaims = spec.boundObjectRef
    ? await boundObject(context, account.metadata.name ?? "", spec.boundObjectRef)
    : {};
  const now = Math.floor(context.now / 1000);
  const claims = claimsOf(account, { audiences, seconds, bound, now });
  const token = await context.env.CLUSTER_KEYS.getByName(context.cluster).sign({ ...claims });
  const tokenRequest = {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata,
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token, expirationTimestamp: timestamp((now + seconds) * 1000) },
  };
  return renderView({ ...context, served: tokenRequests }, tokenRequest, { accepted, status: 201 });
}

interface Granted {
  readonly audiences: readonly string[];
  readonly seconds: number;
  readonly bound: BoundClaims;
  /** In seconds, like all times in a token. */
  readonly now: number;
}

function claimsOf({ metadata }: Stored<KubeObject>, { audiences, seconds, bound, now }: Granted): Claims {
  const { name, namespace, uid } = metadata;
  const isExtended =
    bound.pod !== undefined &&
    seconds === PROJECTED_SECONDS &&
    audiences.every((audience) => API_AUDIENCES.includes(audience));
  return {
    aud: audiences,
    exp: now + (isExtended ? EXTENDED_SECONDS : seconds),
    iat: now,
    nbf: now,
    iss: ISSUER,
    jti: crypto.randomUUID(),
    sub: `system:serviceaccount:${namespace}:${name}`,
    "kubernetes.io": {
      namespace: namespace ?? "",
      ...bound,
      serviceaccount: { name, uid },
      ...(isExtended ? { warnafter: now + seconds } : {}),
    },
  };
}

/** Admission sees the request under the service account that it is for. */
const admissionOf = (context: RequestContext, object: KubeObject, { dryRun }: WriteOptions): AdmissionRequest =>
  newAdmissionRequest(context, {
    operation: "CREATE",
    subresource: "token",
    name: context.path.name,
    object,
    old: undefined,
    dryRun,
  });

async function serviceAccount({ store, served, path }: RequestContext) {
  const { entry } = await store.read(keyOf(served.resource, path.namespace, path.name));
  if (!entry) throw new ApiError(notFound({ group: "", resource: "serviceaccounts" }, path.name));
  return objectOf(entry);
}

function checkIdentity(requested: TokenRequest["metadata"], { name }: RequestContext["path"]): void {
  if (!requested.name || requested.name === name) return;
  const error = invalidField("metadata.name", requested.name, "must match the service account name if specified");
  throw new ApiError(invalid("authentication.k8s.io", "TokenRequest", name, [error]));
}

/** A request with a uid wants a token of that account, and not of one recreated under its name. */
function checkAccount(
  { uid: requested = "" }: TokenRequest["metadata"],
  { name = "", uid = "" }: KubeObject["metadata"],
): void {
  if (requested === "" || requested === uid) return;
  const message = `the UID in the token request (${requested}) does not match the UID of the service account (${uid})`;
  throw new ApiError(conflict({ group: "authentication.k8s.io", resource: "TokenRequest" }, name, message));
}

function checkLifetime(seconds: number): void {
  const path = "spec.expirationSeconds";
  const errors: FieldError[] = [];
  if (seconds < MIN_SECONDS)
    errors.push(invalidField(path, seconds, "may not specify a duration less than 10 minutes"));
  if (seconds > MAX_SECONDS)
    errors.push(invalidField(path, seconds, "may not specify a duration larger than 2^32 seconds"));
  if (errors.length > 0) throw new ApiError(invalid("authentication.k8s.io", "TokenRequest", "", errors));
}

type BoundClaims = Pick<KubernetesClaims, "pod" | "node" | "secret">;

type Bindable = KubeObject & {
  readonly metadata: { readonly uid: string };
  /** Of a pod. */
  readonly spec?: { readonly nodeName?: string; readonly serviceAccountName?: string };
};

/** The claims about the object that the token is bound to, and about a pod's node. */
async function boundObject(
  { store, path }: RequestContext,
  account: string,
  { apiVersion = "", kind = "", name = "", uid = "" }: NonNullable<TokenRequest["spec"]["boundObjectRef"]>,
): Promise<BoundClaims> {
  const { group, version } = parseApiVersion(apiVersion);
  const bindable = group === "" ? ownMember(BINDABLE, kind) : undefined;
  if (!bindable) {
    throw new ApiError(badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`));
  }
  requireStorableName(name);
  const { resource, namespaced, claim } = bindable;
  const { entry } = await store.read({ resource, namespace: namespaced ? path.namespace : "", name });
  if (!entry) throw new ApiError(notFound({ group: "", resource }, name));
  const object = objectOf(entry) as Bindable;
  if (kind === "Pod" && object.spec?.serviceAccountName !== account) {
    const why = `cannot bind token for serviceaccount ${goQuote(account)} to pod running with different serviceaccount name.`;
    throw new ApiError(badRequest(why));
  }
  if (uid !== "" && uid !== object.metadata.uid) {
    const message =
      `the UID in the bound object reference (${uid}) does not match the UID in record. ` +
      "The object might have been deleted and then recreated";
    throw new ApiError(conflict({ group: "", resource: kind }, name, message));
  }
  const claims = { [claim]: { name, uid: object.metadata.uid } };
  const nodeName = claim === "pod" ? (object.spec?.nodeName ?? "") : "";
  if (nodeName === "") return claims;
  const node = await store.read({ resource: "nodes", namespace: "", name: nodeName });
  const nodeUid = node.entry && objectOf(node.entry).metadata.uid;
  return { ...claims, node: { name: nodeName, ...(nodeUid !== undefined && { uid: nodeUid }) } };
}
