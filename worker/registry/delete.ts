/**
 * Deletion as in Kubernetes' generic registry: preconditions, grace period, finalizers, and then the object is gone.
 */
import type { DeleteOptions } from "../../api/generated/meta.v1.ts";
import { copyJson } from "../../api/machinery/json/json-copy.ts";
import { textWithoutRevision, withoutRevision, withRevision } from "../../api/machinery/json/object-text.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { conflict, MODIFIED, notFound } from "../../api/machinery/status.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { attributesOf } from "../../api/resources/attributes.ts";
import type { Resource } from "../../api/resources/resource.ts";
import type { Entry, Key, Write } from "../../api/store/store.ts";
import { admitAllocation, admitMutation, admitValidation, explainFailure } from "../admission/index.ts";
import { newAdmissionRequest } from "../admission/new-admission-request.ts";
import { ApiError } from "../api-error.ts";
import { resourceNameOf } from "../kinds/kind-registry.ts";
import type { RequestContext } from "../request-context.ts";
import { objectOf } from "../storage/entry.ts";
import { preconditionProblem } from "./precondition-problem.ts";
import { MAX_ATTEMPTS } from "./update.ts";

export type Propagation = "Background" | "Foreground" | "Orphan";

export interface Deletion {
  readonly dryRun: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagation?: Propagation;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** The options as sent by the client, for admission. */
  readonly options?: DeleteOptions;
}

export interface Deleted {
  /** The object's last state, or its state now that it is marked for deletion. */
  readonly text: string;
  /** Whether it is gone; otherwise a grace period or finalizers hold it. */
  readonly gone: boolean;
}

/** A deletion as part of an operation that was admitted itself and does more than deleting. */
export interface Ending {
  readonly attempts: number;
  /** The object's last state, and what is committed along with it; computed for each attempt. */
  readonly prepare: (
    current: Stored<KubeObject>,
  ) => Promise<{ readonly object: Stored<KubeObject>; readonly writes: readonly Write[] }>;
}

export async function deleteObject(
  context: RequestContext,
  key: Key,
  deletion: Deletion,
  ending?: Ending,
): Promise<Deleted> {
  const of = resourceNameOf(context.served);
  for (let attempt = 1; ; attempt++) {
    const { entry } = await context.store.read(key);
    if (!entry) throw new ApiError(notFound(of, key.name));
    const result = await tryDelete(context, entry, { deletion, ending });
    if (result !== "conflict") return result;
    if (attempt === (ending?.attempts ?? MAX_ATTEMPTS)) throw new ApiError(conflict(of, key.name, MODIFIED));
  }
}

async function tryDelete(
  context: RequestContext,
  entry: Entry,
  { deletion, ending }: { readonly deletion: Deletion; readonly ending: Ending | undefined },
): Promise<Deleted | "conflict"> {
  const { resource } = context.served;
  const current = objectOf(entry);
  checkPreconditions(resource, current, deletion);
  // Nobody is asked about a deletion that is under way.
  if (!ending && isUnderWay(resource, current, deletion)) return { text: entry.text, gone: false };
  const request = newAdmissionRequest(context, {
    operation: "DELETE",
    subresource: "",
    namespace: entry.key.namespace,
    name: context.path.name,
    object: undefined,
    old: current,
    dryRun: deletion.dryRun,
    options: decidedOptions(resource, current, deletion),
  });
  if (!ending) {
    await admitMutation(request);
    await admitValidation(request);
  }

  const prepared = await ending?.prepare(current);
  request.writes.push(...(prepared?.writes ?? []));
  const { next, gone } = planDeletion(resource, prepared?.object ?? current, deletion, context.now);
  if (gone) await admitAllocation(request);
  const text = textWithoutRevision(next);
  const unchanged = !gone && text === withoutRevision(entry.text);
  if (unchanged) return { text: entry.text, gone };
  if (deletion.dryRun) return { text: withRevision(text, entry.revision), gone };
  const writes = [...request.writes, ...deletingWrites(resource, entry, { next, gone, text })];
  const result = await context.store.commit(writes);
  if (result.ok) return { text: withRevision(text, result.revisions.at(-1) ?? entry.revision), gone };
  const failed = request.writes[result.write];
  if (failed) await explainFailure(request, failed);
  return "conflict";
}

/** An object with graceful deletion is marked first, even if no grace is left: watchers see both events. */
function deletingWrites(
  resource: Resource,
  { key, revision }: Entry,
  { next, gone, text }: { readonly next: KubeObject; readonly gone: boolean; readonly text: string },
): Write[] {
  const mark = () =>
    ({ op: "replace", key, ifRevision: revision, text, attributes: attributesOf(resource, next) }) as const;
  if (!gone) return [mark()];
  return resource.deletionGraceSeconds
    ? [mark(), { op: "delete", key }]
    : [{ op: "delete", key, ifRevision: revision, text }];
}

/** What a delete does to an object. */
export function planDeletion(
  resource: Resource,
  current: Stored<KubeObject>,
  deletion: Deletion,
  now: number,
): { next: KubeObject; gone: boolean } {
  const next: KubeObject = copyJson(current);
  const { metadata } = next;
  const remaining = metadata.deletionGracePeriodSeconds ?? 0;
  const firstMark = metadata.deletionTimestamp === undefined;
  if (isUnderWay(resource, current, deletion)) return { next, gone: false };
  const finalizers = finalizersAfter(resource, metadata.finalizers ?? [], deletion);
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const isOver = !firstMark && remaining === 0;
  const grace = isOver ? 0 : graceOf(resource, current, deletion);
  const held = finalizers.length > 0 || (resource.isHeld?.(next) ?? false);
  const gone = grace === 0 && !held;
  if (gone && !resource.deletionGraceSeconds) return { next: current, gone };
  // A later delete may only shorten the grace period.
  if (firstMark || (resource.deletionGraceSeconds && grace < remaining)) {
    const end = firstMark ? now + grace * 1000 : endOf(metadata, grace);
    metadata.deletionTimestamp = timestamp(Math.max(end, now));
    // Objects held by their own kind's mechanism are marked by their own registry, which knows neither grace period nor
    // generation.
    if (!resource.isHeld) {
      // The component that terminates it gracefully is still notified, though the time is over.
      metadata.deletionGracePeriodSeconds = end < now ? Math.min(grace, 1) : grace;
      if (firstMark && metadata.generation) metadata.generation += 1;
    }
    resource.prepareDelete?.(next);
  }
  // An object that was created as ending may state a grace period, and an end that is to come.
  if (!resource.deletionGraceSeconds && !resource.isHeld) {
    if (Date.parse(metadata.deletionTimestamp ?? "") > now) metadata.deletionTimestamp = timestamp(now);
    metadata.deletionGracePeriodSeconds = 0;
  }
  return { next, gone };
}

/**
 * Once an object is terminating, only its grace period can change, and only be shortened: while it lasts, finalizers
 * cannot.
 */
function isUnderWay(resource: Resource, current: Stored<KubeObject>, deletion: Deletion): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds: remaining = 0 } = current.metadata;
  if (deletionTimestamp === undefined) return false;
  if (resource.isHeld?.(current)) return true;
  return resource.deletionGraceSeconds !== undefined && remaining > 0 && !isShorter(current.metadata, deletion);
}

/** A negative grace period means the shortest, but not none. */
const requestedGrace = ({ gracePeriodSeconds: seconds }: Deletion): number | undefined =>
  seconds !== undefined && seconds < 0 ? 1 : seconds;

/** The grace period of an object that is deleted now. */
const graceOf = ({ deletionGraceSeconds }: Resource, current: Stored<KubeObject>, deletion: Deletion): number =>
  deletionGraceSeconds ? Math.max(0, deletionGraceSeconds(current, requestedGrace(deletion))) : 0;

/** The client's options, for admission, with what the registry has decided by then. */
function decidedOptions(resource: Resource, current: Stored<KubeObject>, deletion: Deletion): DeleteOptions {
  const { options = {} } = deletion;
  const { uid, deletionTimestamp } = current.metadata;
  if (resource.isHeld) return { ...options, preconditions: { uid, ...options.preconditions } };
  const isMarked = resource.deletionGraceSeconds && deletionTimestamp === undefined;
  const gracePeriodSeconds = isMarked ? graceOf(resource, current, deletion) : requestedGrace(deletion);
  return gracePeriodSeconds === undefined ? options : { ...options, gracePeriodSeconds };
}

const isShorter = ({ deletionGracePeriodSeconds = 0 }: KubeObject["metadata"], { gracePeriodSeconds }: Deletion) =>
  gracePeriodSeconds !== undefined && gracePeriodSeconds < deletionGracePeriodSeconds;

/** The end of a shortened grace period, counted from the first delete request. */
function endOf(
  { deletionTimestamp = "", deletionGracePeriodSeconds = 0 }: KubeObject["metadata"],
  grace: number,
): number {
  return Date.parse(deletionTimestamp) - (deletionGracePeriodSeconds - grace) * 1000;
}

const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

/** The finalizers that represent the propagation policy, for the garbage collector. */
function finalizersAfter(resource: Resource, current: readonly string[], deletion: Deletion): string[] {
  const after = wantedFinalizers(resource, current, deletion);
  const before = new Set(current);
  const isSame = after.length === current.length && after.every((finalizer) => before.has(finalizer));
  return isSame ? [...current] : after;
}

function wantedFinalizers(resource: Resource, current: readonly string[], { propagation }: Deletion): string[] {
  const others = current.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  if (resource.defaultPropagation === "Unsupported") return others;
  const had = (finalizer: string) => current.includes(finalizer);
  if (propagation === "Orphan") return [...others, ORPHAN];
  if (propagation === "Foreground") return [...others, FOREGROUND];
  if (propagation === "Background") return others;
  if (had(ORPHAN)) return [...others, ORPHAN];
  if (had(FOREGROUND)) return [...others, FOREGROUND];
  return resource.defaultPropagation === "Orphan" ? [...others, ORPHAN] : others;
}

function checkPreconditions(
  resource: Resource,
  { metadata }: Stored<KubeObject>,
  { uid, resourceVersion }: Deletion,
): void {
  if (resource.isHeld) {
    checkOwnPreconditions(resource, metadata, { uid, resourceVersion });
    return;
  }
  const of = { group: resource.group, resource: resource.kind };
  if (uid !== undefined && uid !== metadata.uid) {
    const message =
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). ` +
      "The object might have been deleted and then recreated";
    throw new ApiError(conflict(of, metadata.name, message));
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const message =
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record ` +
      `(${metadata.resourceVersion}). The object might have been modified`;
    throw new ApiError(conflict(of, metadata.name, message));
  }
}

/** The same, worded as by the kind's own registry. */
function checkOwnPreconditions(
  { group, plural }: Resource,
  { name, ...actual }: Stored<KubeObject>["metadata"],
  requested: { readonly uid: string | undefined; readonly resourceVersion: string | undefined },
): void {
  for (const [field, label] of [
    ["uid", "UID"],
    ["resourceVersion", "ResourceVersion"],
  ] as const) {
    const expected = requested[field];
    if (expected === undefined || expected === actual[field]) continue;
    const message = preconditionProblem({ field: label, expected, actual: actual[field] });
    throw new ApiError(conflict({ group, resource: plural }, name, message));
  }
}
