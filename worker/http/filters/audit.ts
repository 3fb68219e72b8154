/** Records a request at its end according to the deployment's audit policy (docs/spec/audit.md). */

import type { Context } from "hono";
import type { AuditPolicy } from "../../../api/audit/policy.ts";
import { ApiError } from "../../api-error.ts";
import { type Bodies, type CompletedRequest, type Recording, recordingOf } from "../../audit/audit-event.ts";
import { auditLine } from "../../audit/audit-line.ts";
import type { AuditedRequest } from "../../audit/audited-request.ts";
import { record } from "../../audit/record.ts";
import { type RecordedBody, readStart, recordedBody } from "../../audit/recorded-bodies.ts";
import { clientAddress } from "../../client-address.ts";
import { parseResourcePath } from "../../resource-path.ts";
import type { Bindings } from "../bindings.ts";
import { mediaTypeOf } from "../request/body.ts";
import { isLongRunningSubresource } from "../request/long-running.ts";
import { queryOf } from "../request/request-url.ts";
import { verbOf } from "../request/verb.ts";

interface Audit {
  readonly policy: AuditPolicy;
  readonly request: AuditedRequest;
}

/** `id` is the request's Audit-Id. */
export function auditResponse(c: Context<Bindings>, { policy, request }: Audit, id: string): void {
  const completed = completedRequest(c, request, id);
  const recording = recordingOf(policy, completed);
  if (!recording) return;
  const write = (bodies: Bodies = {}) => {
    const status = c.error instanceof ApiError ? c.error.status : undefined;
    record(auditLine(completed, recording.level, { ...bodies, ...(status && { status }) }), {
      env: c.env,
      cluster: c.get("cluster"),
      waitUntil: (work) => c.executionCtx.waitUntil(work),
    });
  };
  if (recording.level === "Metadata") {
    write();
    return;
  }
  const sent = sentBody(c, request, recording);
  if (recording.level === "Request" || completed.streams || !c.res.body) {
    write(bodiesOf(sent));
    return;
  }
  const copy = c.res.clone();
  const form = { type: copy.headers.get("Content-Type") ?? "", omitManagedFields: recording.omitManagedFields };
  c.executionCtx.waitUntil(
    readStart(copy.body as ReadableStream<Uint8Array>).then(
      (body) => write(bodiesOf(sent, recordedBody(body, form))),
      // A response that is cut off is still recorded.
      () => write(bodiesOf(sent, { kind: "truncated" })),
    ),
  );
}

function completedRequest(c: Context<Bindings>, request: AuditedRequest, id: string): CompletedRequest {
  const { method, raw, path, url } = c.req;
  const resource = parseResourcePath(path);
  const verb = resource ? verbOf(method, resource, queryOf(url)) : method.toLowerCase();
  return {
    id,
    request,
    uri: url.slice(url.indexOf("/", url.indexOf("//") + 2)),
    path,
    verb,
    resource,
    headers: raw.headers,
    address: clientAddress(raw),
    code: c.res.status,
    streams: c.res.status === 101 || verb === "watch" || isLongRunningSubresource(resource?.subresource ?? ""),
    now: Date.now(),
  };
}

const sentBody = (c: Context<Bindings>, { body }: AuditedRequest, { omitManagedFields }: Recording): RecordedBody =>
  body ? recordedBody(body, { type: mediaTypeOf(c.req.raw), omitManagedFields }) : { kind: "none" };

function bodiesOf(sent: RecordedBody, response: RecordedBody = { kind: "none" }): Bodies {
  return {
    ...(sent.kind === "object" && { requestObject: sent.object }),
    ...(response.kind === "object" && { responseObject: response.object }),
    ...((sent.kind === "truncated" || response.kind === "truncated") && { truncated: true }),
  };
}
