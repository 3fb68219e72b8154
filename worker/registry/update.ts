/**
 * The guarded update, behind every PUT, PATCH and graceful delete of objects and subresources. It reads the object,
 * computes the next one, and commits on the condition that the revision is unchanged. After a conflict it starts over,
 * unless the client itself required a revision that is now outdated.
 */
import { differInTimesOnly } from "../../api/machinery/apply/kept-times.ts";
import { parseUintProblem } from "../../api/machinery/encoding/parse-uint.ts";
import { type FieldError, invalid as invalidField } from "../../api/machinery/field-error.ts";
import { textWithoutRevision, withoutRevision, withRevision } from "../../api/machinery/json/object-text.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { conflict, failure, invalid, MODIFIED, notFound } from "../../api/machinery/status.ts";
import { attributesOf } from "../../api/resources/attributes.ts";
import type { Entry, Revision, Write } from "../../api/store/store.ts";
import { type ConvertTo, withConversions } from "../admission/converted-owners.ts";
import {
  admitAllocation,
  admitAssignment,
  admitMutation,
  admitValidation,
  explainFailure,
  fieldsWithoutRights,
} from "../admission/index.ts";
import { trackManagedFields } from "../admission/managed-fields.ts";
import { newAdmissionRequest } from "../admission/new-admission-request.ts";
import type { AdmissionRequest } from "../admission/plugin.ts";
import { ApiError } from "../api-error.ts";
import { resourceNameOf, type Served } from "../kinds/kind-registry.ts";
import type { RequestContext } from "../request-context.ts";
import { keyOf, objectOf } from "../storage/entry.ts";
import { fitObject } from "./fit-object.ts";
import { dropRepeatedOwners } from "./owner-references.ts";
import { placeInNamespace } from "./place-in-namespace.ts";
import { refuse, requireAllocatable } from "./strategy.ts";

/** Lets admission change what is written in place of the object. */
export type MutateForm = (next: KubeObject, old: Stored<KubeObject>) => Promise<void>;

export interface Update {
  /** "" for the object itself. */
  readonly subresource: string;
  readonly dryRun: boolean;
  readonly fieldManager: string;
  /**
   * Computes the next object from the current one; at the stored version, defaulted. The result is not shared. With a
   * `formOf`, mutating what the client wrote is up to this function.
   */
  readonly draftOf: (current: Stored<KubeObject>, mutate: MutateForm) => KubeObject | Promise<KubeObject>;
  /** If clients read and write the object in another form (a Scale): that form, which is what admission sees. */
  readonly formOf?: (object: KubeObject) => KubeObject;
  /** Applies the kind's strategy to the draft. */
  readonly prepare: (draft: KubeObject, current: Stored<KubeObject>) => void;
  /** Validates the draft as an update of the current object. */
  readonly validate: (draft: KubeObject, current: Stored<KubeObject>) => readonly FieldError[];
  /** Server-side apply has updated managedFields itself. */
  readonly tracked?: boolean;
  /** The operation that includes this update was admitted itself. */
  readonly admitted?: boolean;
  /** Without it, a missing object is a 404. */
  readonly onMissing?: () => Promise<Updated>;
}

export interface Updated {
  /** The stored text after the update. */
  readonly text: string;
  readonly created?: boolean;
}

/**
 * Kubernetes retries its transaction until it succeeds: a client without a revision never sees a conflict. Even among
 * many writers, each has had its turn long before this.
 */
export const MAX_ATTEMPTS = 200;

export async function updateObject(context: RequestContext, update: Update): Promise<Updated> {
  const { served, path } = context;
  const key = keyOf(served.resource, path.namespace, path.name);
  const of = resourceNameOf(served);
  for (let attempt = 1; ; attempt++) {
    const { entry } = await context.store.read(key);
    if (!entry) {
      if (update.onMissing) return update.onMissing();
      throw new ApiError(notFound(of, path.name));
    }
    const result = await tryUpdate(context, update, entry);
    if (result !== "conflict") return result;
    if (attempt === MAX_ATTEMPTS) throw new ApiError(conflict(of, path.name, MODIFIED));
  }
}

async function tryUpdate(context: RequestContext, update: Update, entry: Entry): Promise<Updated | "conflict"> {
  const { resource } = context.served;
  const current = currentOf(context, entry);
  const { formOf } = update;
  const unchanged = newAdmissionRequest(context, {
    operation: "UPDATE",
    subresource: update.subresource,
    namespace: entry.key.namespace,
    name: entry.key.name,
    object: undefined,
    old: current,
    dryRun: update.dryRun,
  });
  const draft = await update.draftOf(current, (object, old) => admitMutation({ ...unchanged, object, old }));
  if (context.request.method !== "PATCH") dropRepeatedOwners(draft, context.warnings);
  const request = { ...unchanged, object: draft };
  if (!update.tracked) await track(context, { old: current, next: draft }, update);
  if (!update.admitted && !formOf) await admitMutation(request);
  // Plugins may have changed the namespace and the revision, too.
  placeInNamespace(context, draft);
  checkRevision(context, draft, entry.revision);
  dropRepeatedOwners(draft, context.warnings, "admitted");
  update.prepare(draft, current);
  if (update.subresource === "") requireAllocatable(resource, draft, { old: current, dryRun: update.dryRun });
  const unauthorized = update.admitted ? [] : await fieldsWithoutRights(request);
  try {
    refuse(resource, draft, [...unauthorized, ...update.validate(draft, current)]);
  } finally {
    for (const warning of resource.ratcheted?.(draft) ?? []) context.warnings.push(warning);
  }
  // Validation sees the object with the revision that it replaces, even if the client named none.
  draft.metadata.resourceVersion = current.metadata.resourceVersion;
  // Scaling changes the object itself.
  if (update.subresource === "" || update.subresource === "scale")
    for (const warning of resource.warnings?.(draft, current) ?? []) context.warnings.push(warning);
  if (update.subresource === "status") context.warnings.push(...(resource.status?.warnings?.(draft) ?? []));
  const judged = formOf ? { ...request, object: formOf(draft), old: formOf(current) as Stored<KubeObject> } : request;
  const ends = endsNow(context, draft);
  if (!ends) await admitAssignment(request);
  if (!update.admitted) await admitValidation(judged);

  // Whichever part was written, it is the object that is deleted.
  const going = { ...request, operation: "DELETE", object: undefined, subresource: "" } as const;
  await admitAllocation(ends ? going : request);
  return fitObject(draft, update, () => commitUpdate(request, { draft, current, entry, ends }));
}

/** A write does not need the versions that its object's managers use: if they cannot be had, it is compared as it is. */
async function track(
  context: RequestContext,
  change: { readonly old: KubeObject; readonly next: KubeObject },
  { fieldManager, subresource }: Update,
): Promise<void> {
  const trackWith = (convert: ConvertTo | undefined) =>
    trackManagedFields(context, change, { fieldManager, subresource, convert });
  try {
    await withConversions(context, trackWith);
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    trackWith(undefined);
  }
}

/**
 * A custom object is at the request's version, whichever version it was last written at. A built-in one may be older
 * than some default, which must not look like the writer's change: of an immutable field it would be refused.
 */
function currentOf({ served: { custom, conversion, resource } }: RequestContext, entry: Entry): Stored<KubeObject> {
  const object = objectOf(entry);
  if (custom) return conversion ? (conversion.fromStored(object) as Stored<KubeObject>) : object;
  resource.defaults?.(object);
  return object;
}

interface Change {
  readonly draft: KubeObject;
  readonly current: Stored<KubeObject>;
  readonly entry: Entry;
  readonly ends: boolean;
}

async function commitUpdate(
  request: AdmissionRequest,
  { draft, current, entry, ends }: Change,
): Promise<Updated | "conflict"> {
  const { context, dryRun } = request;
  const { resource } = context.served;
  const stored = withoutRevision(entry.text);
  const text = changedText(draft, { current, stored, form: context.served.storedForm });
  if (text === stored && !ends && !context.store.isOutdated(entry)) return { text: entry.text };
  if (dryRun) return { text: await context.store.textForWriter(withRevision(text, entry.revision)) };
  const write: Write = ends
    ? // Watchers see the object as it was, with the finalizers that held it.
      { op: "delete", key: entry.key, ifRevision: entry.revision }
    : { op: "replace", key: entry.key, ifRevision: entry.revision, text, attributes: attributesOf(resource, draft) };
  const writes = [...request.writes, write];
  const result = await context.store.commit(writes);
  if (result.ok) {
    // If the update deletes the object, its last state is the answer.
    const revision = ends ? entry.revision : (result.revisions.at(-1) ?? entry.revision);
    return { text: await context.store.textForWriter(withRevision(text, revision)) };
  }
  const failed = writes[result.write];
  if (failed && failed !== write) await explainFailure(request, failed);
  // A revision named by the client is compared with the newer one, and a deleted object is found missing.
  return "conflict";
}

interface Before {
  readonly current: Stored<KubeObject>;
  readonly stored: string;
  readonly form: Served["storedForm"];
}

/** The text to store; the old one if nothing has changed except for managedFields timestamps. */
function changedText(draft: KubeObject, { current, stored, form }: Before): string {
  const { managedFields } = current.metadata;
  const toStore = form?.(draft) ?? draft;
  if (managedFields && differInTimesOnly(draft.metadata.managedFields, managedFields)) {
    const text = textWithoutRevision({ ...toStore, metadata: { ...toStore.metadata, managedFields } });
    if (text === stored) return text;
  }
  return textWithoutRevision(toStore);
}

/** Whether the draft is marked for deletion and nothing holds it any more. */
function endsNow({ served }: RequestContext, { metadata, ...rest }: KubeObject): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  if ((metadata.finalizers ?? []).length > 0 || (metadata.deletionGracePeriodSeconds ?? 0) > 0) return false;
  return !(served.resource.isHeld?.({ metadata, ...rest }) ?? false);
}

/** Throws if the client named another revision, or was required to name one. */
function checkRevision(context: RequestContext, { metadata }: KubeObject, revision: Revision): void {
  const { resource } = context.served;
  const named = metadata.resourceVersion ?? "";
  if (named === "" || /^0+$/.test(named)) {
    if (resource.allowUnconditionalUpdate !== false) return;
    const error = invalidField("metadata.resourceVersion", 0, "must be specified for an update");
    // Kubernetes names the resource here, not the kind.
    throw new ApiError(invalid(resource.group, resource.plural, metadata.name ?? "", [error]));
  }
  const problem = parseUintProblem(named);
  if (problem) throw new ApiError(failure(500, "", problem));
  const { served, path } = context;
  if (Number(named) !== revision)
    throw new ApiError(conflict({ group: served.group, resource: resource.plural }, path.name, MODIFIED));
}
