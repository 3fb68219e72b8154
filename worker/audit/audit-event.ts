/** The audit event of a request (apiserver/pkg/audit). Pure. */
import type { AuditEvent } from "../../api/audit/event.ts";
import { type Audited, type AuditPolicy, type AuditRule, auditRule, type Level } from "../../api/audit/policy.ts";
import type { ObjectMeta } from "../../api/generated/meta.v1.ts";
import { isIP } from "../../api/machinery/network/ip.ts";
import type { Status } from "../../api/machinery/status.ts";
import { microTimestamp } from "../../api/machinery/time/time.ts";
import { userInfo } from "../auth/user-info.ts";
import type { ResourcePath } from "../resource-path.ts";
import type { AuditedRequest } from "./audited-request.ts";

/** A request that is over, or whose answer has begun to stream. */
export interface CompletedRequest {
  readonly id: string;
  readonly request: AuditedRequest;
  readonly uri: string;
  readonly path: string;
  readonly verb: string;
  readonly resource: ResourcePath | undefined;
  readonly headers: Headers;
  /** The client's address, if known. */
  readonly address: string | undefined;
  readonly code: number;
  /** The answer goes on: a watch, a log, an exec. */
  readonly streams: boolean;
  /** ms since the epoch. */
  readonly now: number;
}

/** Resources whose bodies contain secrets or tokens: they are recorded without bodies, whatever the policy says. */
const SECRET: ReadonlySet<string> = new Set([
  "secrets",
  "serviceaccounts/token",
  "tokenreviews.authentication.k8s.io",
  "tokenrequests.authentication.k8s.io",
]);

const isSecret = ({ group, resource, subresource }: ResourcePath): boolean =>
  SECRET.has(`${resource}${subresource === "" ? "" : `/${subresource}`}${group === "" ? "" : `.${group}`}`) ||
  (group === "" && resource === "secrets");

export interface Recording {
  readonly level: Level;
  readonly omitManagedFields: boolean;
}

/** How much to record; undefined: nothing. */
export function recordingOf(policy: AuditPolicy, completed: CompletedRequest): Recording | undefined {
  const { user } = completed.request;
  const audited: Audited = {
    user: user?.name ?? "",
    groups: user?.groups ?? [],
    verb: completed.verb,
    path: completed.path,
    ...(completed.resource && { resource: completed.resource }),
  };
  const rule = auditRule(policy, audited);
  if (rule === undefined || rule.level === "None") return undefined;
  // Paths that are no resources have bodies specific to this server, some containing tokens.
  const plain = completed.resource === undefined || isSecret(completed.resource);
  return { level: plain ? "Metadata" : rule.level, omitManagedFields: omits(policy, rule) };
}

const omits = (policy: AuditPolicy, rule: AuditRule): boolean =>
  rule.omitManagedFields ?? policy.omitManagedFields ?? false;

export interface Bodies {
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  /** The Status of a failure. */
  readonly status?: Status;
  /** A body was too long to be recorded. */
  readonly truncated?: boolean;
}

export function auditEvent(
  completed: CompletedRequest,
  level: Level,
  { status, truncated, ...bodies }: Bodies = {},
): AuditEvent {
  const { request, headers, code, streams, now } = completed;
  const sources = sourcesOf(completed);
  const userAgent = headers.get("User-Agent");
  return {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level,
    auditID: completed.id,
    stage: streams ? "ResponseStarted" : "ResponseComplete",
    requestURI: completed.uri,
    verb: completed.verb,
    user: request.user ? userInfo(request.user) : {},
    ...(request.impersonated && { impersonatedUser: userInfo(request.impersonated) }),
    ...(request.constraint && { authenticationMetadata: { impersonationConstraint: request.constraint } }),
    ...(sources.length > 0 && { sourceIPs: sources }),
    ...(userAgent !== null && { userAgent }),
    ...(completed.resource && { objectRef: objectRef(completed.resource, request.object) }),
    responseStatus: responseStatus(completed, status),
    ...bodies,
    requestReceivedTimestamp: microTimestamp(request.received),
    stageTimestamp: microTimestamp(now),
    ...annotationsOf(request, { code, level, truncated }),
  };
}

/** The message of an answer about a secret may quote it. */
function responseStatus(
  { code, resource }: CompletedRequest,
  status: Status | undefined,
): NonNullable<AuditEvent["responseStatus"]> {
  if (!status) return { metadata: {}, code };
  const { kind: _, apiVersion: __, message, details, ...rest } = status;
  const quotes = !resource || isSecret(resource);
  return {
    ...rest,
    metadata: {},
    ...(!quotes && message !== undefined && { message }),
    ...(!quotes && details !== undefined && { details }),
    code,
  };
}

/**
 * As in Kubernetes: first what the request's headers claim, which anybody may write, and last what cannot be forged.
 */
function sourcesOf({ headers, address }: CompletedRequest): string[] {
  const claimed = [...(headers.get("X-Forwarded-For")?.split(",") ?? []), headers.get("X-Real-IP") ?? ""];
  const addresses = claimed.map((each) => each.trim()).filter((each) => isIP(each));
  return [...new Set(addresses.filter((each) => each !== address)), ...(address === undefined ? [] : [address])];
}

/** As in Kubernetes, the object in the body adds what the path does not say: the name of what is to be created. */
function objectRef(path: ResourcePath, object: ObjectMeta = {}): NonNullable<AuditEvent["objectRef"]> {
  const namespace = path.namespace || object.namespace;
  const name = path.name || object.name;
  return {
    resource: path.resource,
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(object.uid && { uid: object.uid }),
    ...(path.group !== "" && { apiGroup: path.group }),
    apiVersion: path.version,
    ...(object.resourceVersion && { resourceVersion: object.resourceVersion }),
    ...(path.subresource !== "" && { subresource: path.subresource }),
  };
}

interface Answered {
  readonly code: number;
  readonly level: Level;
  readonly truncated: boolean | undefined;
}

function annotationsOf(
  { user, decision, annotations, quotations }: AuditedRequest,
  { code, level, truncated }: Answered,
): Pick<AuditEvent, "annotations"> {
  // No decision was made about an unauthenticated request.
  if (!user) return {};
  const allowed = decision?.allowed ?? code !== 403;
  return {
    annotations: {
      "authorization.k8s.io/decision": allowed ? "allow" : "forbid",
      "authorization.k8s.io/reason": decision?.reason ?? "",
      ...annotations,
      ...(level !== "Metadata" && quotations),
      ...(truncated && { "audit.k8s.io/truncated": "true" }),
    },
  };
}
