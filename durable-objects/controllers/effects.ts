/** Carries out plans: turns effects into API requests made as the controller. */
import type { SubjectAccessReview } from "../../api/generated/authorization.v1.ts";
import type { Status } from "../../api/generated/meta.v1.ts";
import { type KubeObject, parseApiVersion, type Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import type { ApiClient, Outcome } from "../../client/api-client.ts";
import type { Target } from "../../client/resource-path.ts";
import {
  type Batch,
  type Controller,
  type Effect,
  type EffectFailure,
  EVERYTHING,
  type EventRecord,
  type IssueEffect,
  type Plan,
  type ReviewEffect,
} from "../../worker/controllers/controller.ts";

/** Concurrent requests per batch. */
const MAX_CONCURRENT = 16;

/** Collections are deleted in pieces of this size, so that no single request takes long. */
const COLLECTION_PAGE = { limit: "1000" };

/** What the cluster's own keys are used to sign. */
export interface Authority {
  /** The data of a service account token Secret; values are base64. */
  tokenData(secret: KubeObject, serviceAccount: KubeObject): Promise<Readonly<Record<string, string>>>;
  /** The base64 PEM certificate for an approved request, or why there is none. */
  certificate(request: KubeObject): Promise<{ readonly certificate: string } | { readonly refused: string }>;
}

export interface EffectContext {
  readonly api: ApiClient;
  readonly authority: Authority;
  readonly record: (event: EventRecord) => void;
  /** Called after an object was written. */
  readonly wrote: (resource: GroupResource, namespace: string, name: string) => void;
  /** The API version to use for a resource of no built-in group. */
  readonly versionOf: (resource: string) => string | undefined;
}

/** Returns the first failure, which ends the plan. */
export async function carryOut(
  plan: Plan,
  controller: Controller,
  context: EffectContext,
): Promise<EffectFailure | undefined> {
  for (const event of plan.events ?? []) context.record(event);
  for (const effect of plan.effects) {
    const failure =
      effect.op === "batch"
        ? await carryOutBatch(effect, controller, context)
        : await carryOutEffect(effect, controller, context);
    if (failure) return failure;
  }
  return undefined;
}

async function carryOutBatch(
  batch: Batch,
  controller: Controller,
  context: EffectContext,
): Promise<EffectFailure | undefined> {
  let size = batch.slowStart ? 1 : MAX_CONCURRENT;
  for (let done = 0; done < batch.effects.length; ) {
    const group = batch.effects.slice(done, done + size);
    const outcomes = await Promise.all(group.map((effect) => carryOutEffect(effect, controller, context)));
    const [failure, ...others] = outcomes.filter((each) => each !== undefined);
    if (failure) return others.length > 0 ? { ...failure, others } : failure;
    done += group.length;
    size = Math.min(size * 2, batch.slowStart ? 4 * MAX_CONCURRENT : MAX_CONCURRENT);
  }
  return undefined;
}

async function carryOutEffect(
  effect: Effect,
  controller: Controller,
  context: EffectContext,
): Promise<EffectFailure | undefined> {
  if (!controller.writes.includes(effect.resource) && !controller.writes.includes(EVERYTHING))
    throw new Error(`${controller.name} writes ${effect.resource} without declaring it`);
  const outcome = await requestOf(effect, context);
  const { record } = effect;
  if (outcome.ok) {
    context.wrote(effect.resource, effect.namespace, nameOf(outcome.object, effect));
    if (record?.success)
      context.record({
        ...fill(record.success, nameOf(outcome.object, effect), ""),
        about: record.about,
        type: record.success.type ?? "Normal",
      });
    return undefined;
  }
  const { code = 500, reason = "", message = "" } = outcome.status;
  // As in Kubernetes, failing to create something in a terminating namespace is no failure: it would be deleted at
  // once.
  if (effect.op === "create" && isNamespaceEnding(outcome.status)) return undefined;
  for (const text of [record?.failure ?? []].flat())
    if (record && text.unless !== reason)
      context.record({ ...fill(text, nameOf(undefined, effect), message), about: record.about, type: "Warning" });
  return { effect, code, reason, message };
}

const fill = (text: { reason: string; message: string }, name: string, message: string) => ({
  reason: text.reason,
  message: text.message.replace("{name}", () => name).replace("{message}", () => message),
});

const isNamespaceEnding = (status: Status): boolean =>
  status.details?.causes?.some(({ reason }) => reason === "NamespaceTerminating") ?? false;

const nameOf = (response: unknown, effect: Effect): string =>
  (response as KubeObject | undefined)?.metadata?.name ??
  ("name" in effect ? effect.name : "object" in effect ? (effect.object.metadata.name ?? "") : "");

async function requestOf(effect: Effect, context: EffectContext): Promise<Outcome<unknown>> {
  const { api } = context;
  switch (effect.op) {
    case "create":
      return api.create(targetOf(effect, context), effect.object);
    case "update":
      return api.update(
        { ...targetOf(effect, context), name: effect.object.metadata.name ?? "", ...subresourceOf(effect) },
        effect.object,
      );
    case "patch":
      return api.patch(
        { ...targetOf(effect, context), name: effect.name, ...subresourceOf(effect) },
        effect.type,
        effect.patch,
      );
    case "apply":
      return api.patch(
        { ...targetOf(effect, context), name: effect.object.metadata.name, ...subresourceOf(effect) },
        "application/apply-patch+yaml",
        effect.object,
        { fieldManager: effect.fieldManager, force: "true" },
      );
    case "delete": {
      const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy } = effect;
      const outcome = await api.delete(
        { ...targetOf(effect, context), name: effect.name },
        {
          ...(uid === undefined ? {} : { uid }),
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
          ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
          ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
        },
      );
      return !outcome.ok && outcome.status.code === 404 ? { ok: true, object: undefined } : outcome;
    }
    case "delete-collection":
      return api.deleteCollection(
        targetOf(effect, context),
        { propagationPolicy: effect.propagationPolicy },
        COLLECTION_PAGE,
      );
    case "issue":
      return issueToken(effect, context);
    case "review":
      return review(effect, context);
    case "call":
      return api.call(effect.method, `/api/v1/nodes/${encodeURIComponent(effect.name)}/proxy${effect.path}`);
  }
}

async function issueToken({ what, ...effect }: IssueEffect, context: EffectContext): Promise<Outcome<unknown>> {
  const target = { ...targetOf(effect, context), name: effect.name };
  if (what.kind === "service-account-token") {
    const data = await context.authority.tokenData(what.secret, what.serviceAccount);
    const secret = what.secret as Stored<KubeObject & { data?: Record<string, string> }>;
    // A token that it has already stays valid.
    const stays = Object.entries(secret.data ?? {}).filter(([key, value]) => key !== "ca.crt" && value !== "");
    const all = Object.entries({ ...data, ...Object.fromEntries(stays) }).sort(([a], [b]) => (a < b ? -1 : 1));
    return context.api.update(target, { ...secret, data: Object.fromEntries(all) } as KubeObject);
  }
  const issued = await context.authority.certificate(what.request);
  const request = what.request as KubeObject & { status: { conditions?: unknown[] } };
  const status =
    "certificate" in issued
      ? { ...request.status, certificate: issued.certificate }
      : { ...request.status, conditions: [...(request.status.conditions ?? []), failedCondition(issued.refused)] };
  return context.api.update({ ...target, subresource: "status" }, { ...request, status } as KubeObject);
}

async function review({ subject, permissions }: ReviewEffect, context: EffectContext): Promise<Outcome<unknown>> {
  for (const { attributes, allows } of permissions) {
    const requested = await context.api.create<SubjectAccessReview>(
      { resource: "subjectaccessreviews.authorization.k8s.io" },
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        metadata: {},
        spec: { ...subject, resourceAttributes: attributes },
        status: { allowed: false },
      },
    );
    if (!requested.ok) return requested;
    if (requested.object.status.allowed) return requestOf(allows, context);
  }
  return { ok: true, object: undefined };
}

const failedCondition = (message: string) => ({
  type: "Failed",
  status: "True",
  reason: "SignerValidationFailure",
  message,
});

const subresourceOf = ({ subresource }: { readonly subresource?: string }) =>
  subresource === undefined ? {} : { subresource };

function targetOf(
  effect: { resource: string; namespace: string; object?: KubeObject; version?: string },
  context: EffectContext,
): Target {
  const version = effect.object?.apiVersion
    ? parseApiVersion(effect.object.apiVersion).version
    : (effect.version ?? context.versionOf(effect.resource));
  return { resource: effect.resource, namespace: effect.namespace, ...(version === undefined ? {} : { version }) };
}
