import { parseUintProblem } from "../../../api/machinery/encoding/parse-uint.ts";
import { generatedName } from "../../../api/machinery/generated-name.ts";
import { copyJson } from "../../../api/machinery/json/json-copy.ts";
import { droppingEmptyRevision, textWithoutRevision, withRevision } from "../../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { alreadyExists, conflict, failure, MODIFIED, noUniqueName } from "../../../api/machinery/status.ts";
import { attributesOf } from "../../../api/resources/attributes.ts";
import { requireExpectations } from "../../admission/expectations.ts";
import {
  admitAllocation,
  admitAssignment,
  admitMutation,
  admitValidation,
  explainFailure,
  fieldsWithoutRights,
} from "../../admission/index.ts";
import { trackManagedFields } from "../../admission/managed-fields.ts";
import { newAdmissionRequest } from "../../admission/new-admission-request.ts";
import type { AdmissionRequest } from "../../admission/plugin.ts";
import { ApiError } from "../../api-error.ts";
import { requirePermission } from "../../auth/require-permission.ts";
import { resourceNameOf } from "../../kinds/kind-registry.ts";
import { fitObject } from "../../registry/fit-object.ts";
import { dropRepeatedOwners } from "../../registry/owner-references.ts";
import { placeInNamespace } from "../../registry/place-in-namespace.ts";
import {
  dropIdentity,
  dropServerFields,
  prepareCreate,
  requireAllocatable,
  validateCreate,
} from "../../registry/strategy.ts";
import type { RequestContext } from "../../request-context.ts";
import { keyOf } from "../../storage/entry.ts";
import { bodyType, decodeObject } from "../request/body.ts";
import { type WriteOptions, writeOptions } from "../request/write-options.ts";
import { acceptedBy, atStoredVersion, renderStored } from "../response/views.ts";

/** POST to a collection. */
export async function create(context: RequestContext): Promise<Response> {
  const accepted = acceptedBy(context);
  // Before the options are checked, unlike for an update.
  bodyType(context.request);
  const options = writeOptions(context.query, "CreateOptions");
  const body = decodeObject(context, options);
  const text = await createObject(context, atStoredVersion(context.served, body), options);
  return renderStored(context, text, { accepted, status: 201 });
}

/** A generated name that is taken is replaced as often as in Kubernetes. */
const MAX_NAMES = 8;
/** Among concurrent requests against the same quota, one wins each time. */
const MAX_DECISIONS = 100;
const MAX_TURN_MS = 50;

/** Spreads out the losers of a race. */
const turn = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(attempt * 4, MAX_TURN_MS)));

/** Takes a decoded draft through defaulting, admission, validation and the commit; returns the stored text. */
export async function createObject(context: RequestContext, draft: KubeObject, options: Creation): Promise<string> {
  const { resource } = context.served;
  const { metadata } = draft;
  placeInNamespace(context, draft);
  if (options.otherVerb) dropIdentity(draft);
  else dropServerFields(draft);
  if (context.request.method !== "PATCH") dropRepeatedOwners(draft, context.warnings);
  const draws = !metadata.name && !!metadata.generateName;
  for (let attempt = 1, names = 0; ; attempt++) {
    const filled = copyJson(draft);
    // Defaults are applied to a copy, because its parts may share values afterwards.
    resource.defaults?.(filled);
    // Kubernetes copies an object once more if it generates its name; from there on nothing is shared.
    const copy = draws ? copyJson(filled) : filled;
    const result = await tryCreate(context, copy, options);
    if (result.outcome === "created") return result.text;
    if (result.outcome === "taken" && (!draws || ++names === MAX_NAMES)) {
      throw await nameTaken(context, copy);
    }
    if (result.outcome === "again") await turn(attempt);
    if (attempt === MAX_DECISIONS)
      throw new ApiError(conflict(resourceNameOf(context.served), copy.metadata.name ?? "", MODIFIED));
  }
}

type Creation = Pick<WriteOptions, "dryRun" | "fieldManager"> & {
  /**
   * The request was a PUT or an apply of an object that does not exist, so it has only been authorized for that verb.
   */
  readonly otherVerb?: boolean;
  /** Server-side apply has updated managedFields itself. */
  readonly tracked?: boolean;
};

/** `taken`: the object's own name is. `again`: a random choice made for it collided. */
type Tried = { readonly outcome: "created"; readonly text: string } | { readonly outcome: "taken" | "again" };

async function tryCreate(context: RequestContext, copy: KubeObject, options: Creation): Promise<Tried> {
  const { resource } = context.served;
  let request = newAdmissionRequest(context, {
    operation: "CREATE",
    subresource: "",
    name: copy.metadata.name ?? "",
    object: copy,
    old: undefined,
    dryRun: options.dryRun,
  });
  if (!options.tracked) {
    trackManagedFields(context, { old: undefined, next: copy }, { ...options, subresource: "" });
  }
  // Warnings are discarded when the request is tried again, with another name or after a race.
  const { warnings } = context;
  try {
    await admitMutation(request);
    dropRepeatedOwners(copy, warnings, "admitted");
    // Plugins may change the object, but not move it to another namespace.
    placeInNamespace(context, copy);
    request = assignName(request, copy);
    prepareCreate(resource, copy, { uid: crypto.randomUUID(), now: context.now, warnings });
    requireAllocatable(resource, copy, options);
    validateCreate(resource, copy, await fieldsWithoutRights(request));
    for (const warning of resource.warnings?.(copy) ?? []) warnings.push(warning);
    if (options.otherVerb) await requireCreate(context);
    await admitAssignment(request);
    await admitValidation(request);
    if (!options.dryRun) checkRevision(copy.metadata.resourceVersion);
  } catch (error) {
    await requireExpectations(request);
    throw error;
  }
  await admitAllocation(request);
  return fitObject(copy, options, () => commitCreate(request, copy, options.dryRun));
}

async function requireCreate({ user, policy, store, served, path }: RequestContext): Promise<void> {
  const { group, version, resource } = served;
  const { namespace, name } = path;
  const attributes = { verb: "create", group, version, resource: resource.plural, subresource: "", namespace, name };
  await requirePermission(user, attributes, { policy, store });
}

/** Mutating plugins see the object without its generated name: they may set another. */
function assignName(request: AdmissionRequest, { metadata }: KubeObject): AdmissionRequest {
  if (!metadata.name && metadata.generateName)
    metadata.name = generatedName(metadata.generateName, crypto.getRandomValues(new Uint8Array(5)));
  return { ...request, name: metadata.name ?? "", nameAtFirst: request.name };
}

async function commitCreate(request: AdmissionRequest, object: KubeObject, dryRun: boolean): Promise<Tried> {
  const { context, writes } = request;
  const { resource } = context.served;
  const text = textWithoutRevision(context.served.storedForm?.(object) ?? object);
  const key = keyOf(resource, object.metadata.namespace ?? "", object.metadata.name ?? "");
  const create = { op: "create", key, text, attributes: attributesOf(resource, object) } as const;
  const expected = writes.filter(({ op }) => op === "expect");
  const taken = writes.filter(({ op }) => op !== "expect");
  // The object comes before the writes that accompany it, so that a taken name is reported as such.
  const all = dryRun ? [...expected, { op: "expect", key, exists: false } as const] : [...expected, create, ...taken];
  const own = expected.length;
  const result = await context.store.commit(all);
  if (result.ok) {
    const stored = dryRun ? withSentRevision(text, object) : withRevision(text, result.revisions[own] ?? 0);
    return { outcome: "created", text: await context.store.textForWriter(stored) };
  }
  const failed = all[result.write];
  if (!failed || result.write === own) return { outcome: "taken" };
  await explainFailure(request, failed);
  return { outcome: "again" };
}

/** A revision is the store's business, which a dry run does not reach: it is answered as it was sent. */
const withSentRevision = (text: string, { metadata: { resourceVersion } }: KubeObject): string =>
  resourceVersion ? withRevision(text, JSON.stringify(resourceVersion).slice(1, -1)) : droppingEmptyRevision(text);

/** The error for a create whose name is taken: by a terminating object, or permanently. */
async function nameTaken({ served, store }: RequestContext, { metadata }: KubeObject): Promise<ApiError> {
  const { resource } = served;
  const of = { group: served.group, resource: resource.plural };
  const { name = "", generateName = "" } = metadata;
  const { entry } = await store.read(keyOf(resource, metadata.namespace ?? "", name));
  // Kubernetes says so even if the client chose the name itself.
  const status = generateName === "" ? alreadyExists(of, name) : noUniqueName(of, name);
  const ending = entry && (JSON.parse(entry.text) as KubeObject).metadata.deletionTimestamp !== undefined;
  return new ApiError(ending ? { ...status, message: `object is being deleted: ${status.message}` } : status);
}

/** A malformed revision counts as none. Checked by the storage, after admission, and so not in a dry run. */
function checkRevision(revision: string | undefined): void {
  if (revision === undefined || revision === "" || Number(revision) === 0 || parseUintProblem(revision)) return;
  throw new ApiError(failure(500, "", "resourceVersion should not be set on objects to be created"));
}
