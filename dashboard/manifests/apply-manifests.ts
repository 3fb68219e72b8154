/** Server-side apply of several manifests, in order. */
import { errorMessage } from "../../api/error-message.ts";
import { deepEqual } from "../../api/machinery/json/deep-equal.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { exactApi } from "../api/connection.ts";
import { discover, kindOfReference } from "../api/discovery.ts";
import { apiVersionOf, type Kind, type ObjectName, targetOf } from "../api/kind.ts";
import { statusText } from "../api/status-text.ts";
import { conflictsOf, type FieldConflict } from "./apply-conflicts.ts";
import { defines, waitsFor } from "./waits-for.ts";
import { parseObjects } from "./yaml-text.ts";

export type ApplyOutcome =
  | {
      readonly name: "refused";
      readonly title: string;
      readonly problem: string;
      readonly code: number | undefined;
      readonly conflicts: readonly FieldConflict[];
    }
  /** Not reviewed, because an earlier manifest makes what it needs. */
  | { readonly name: "later"; readonly title: string; readonly after: string }
  | {
      readonly name: "create" | "change" | "same";
      readonly kind: Kind;
      readonly before: KubeObject | undefined;
      readonly after: KubeObject;
    };

export interface ApplyOptions {
  readonly dryRun: boolean;
  /** Takes fields from their owners. */
  readonly force: boolean;
  /** For manifests without one. */
  readonly namespace: string;
}

export async function applyAll(text: string, options: ApplyOptions): Promise<ApplyOutcome[]> {
  const outcomes: ApplyOutcome[] = [];
  const earlier: KubeObject[] = [];
  // Sequentially: a namespace precedes its contents.
  for (const [index, parsed] of parseObjects(text).entries()) {
    if ("problem" in parsed) {
      outcomes.push(refused(`Manifest ${index + 1}`, parsed.problem));
      continue;
    }
    outcomes.push(await outcomeOf(parsed.object, earlier, options));
    earlier.push(parsed.object);
  }
  return outcomes;
}

async function outcomeOf(
  object: KubeObject,
  earlier: readonly KubeObject[],
  options: ApplyOptions,
): Promise<ApplyOutcome> {
  const title = `${object.kind} ${object.metadata.name}`;
  if (!options.dryRun && earlier.some((other) => defines(other, object))) await untilServed(object);
  try {
    const outcome = await applyOne(object, options);
    if (!options.dryRun || outcome.name !== "refused" || outcome.code !== 404) return outcome;
    const isServed = kindOfReference(object.apiVersion ?? "", object.kind ?? "") !== undefined;
    const namespace = object.metadata.namespace ?? options.namespace;
    const after = waitsFor(object, isServed ? namespace : undefined, earlier);
    return after === undefined ? outcome : { name: "later", title, after };
  } catch (error) {
    return refused(title, errorMessage(error));
  }
}

const refused = (
  title: string,
  problem: string,
  code?: number,
  conflicts: readonly FieldConflict[] = [],
): ApplyOutcome => ({
  name: "refused",
  title,
  problem,
  code,
  conflicts,
});

async function applyOne(object: KubeObject, { dryRun, force, namespace }: ApplyOptions): Promise<ApplyOutcome> {
  const { apiVersion = "", kind: kindName = "", metadata } = object;
  const title = `${kindName} ${metadata.name}`;
  const kind = kindOfReference(apiVersion, kindName) ?? (await discoverKind(apiVersion, kindName));
  if (!kind) return refused(title, `The cluster serves no ${kindName} of ${apiVersion}.`, 404);
  const at = { ...kind, version: apiVersion.slice(apiVersion.indexOf("/") + 1) };
  const of = { namespace: metadata.namespace ?? namespace, name: metadata.name ?? "" };
  const before = await existingObject(at, of);
  const applied = await exactApi.patch(targetOf(at, of), "application/apply-patch+yaml", object, {
    fieldManager: "sailplane-dashboard",
    ...(force ? { force: "true" } : {}),
    ...(dryRun ? { dryRun: "All" } : {}),
  });
  if (!applied.ok) return refused(title, statusText(applied.status), applied.status.code, conflictsOf(applied.status));
  if (!before) return { name: "create", kind, before, after: applied.object };
  return {
    name: deepEqual(content(before), content(applied.object)) ? "same" : "change",
    kind,
    before,
    after: applied.object,
  };
}

/** Listed instead of fetched, because a missing object is no failure. */
async function existingObject(kind: Kind, { namespace, name }: ObjectName): Promise<KubeObject | undefined> {
  const found = await exactApi.list(targetOf(kind, { namespace }), { fieldSelector: `metadata.name=${name}` });
  return found.ok ? withType(kind, found.object.items[0]) : undefined;
}

/** Items of a list do not contain their kind. */
const withType = (kind: Kind, object: KubeObject | undefined): KubeObject | undefined =>
  object && { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind };

const TRIES = 10;

/** A kind is served a moment after its definition was accepted. */
async function untilServed({ apiVersion = "", kind = "" }: KubeObject): Promise<void> {
  const isServed = async () =>
    (kindOfReference(apiVersion, kind) ?? (await discoverKind(apiVersion, kind))) !== undefined;
  for (let tries = 0; tries < TRIES && !(await isServed()); tries++)
    await new Promise((later) => setTimeout(later, 300));
}

/** A definition applied a moment ago may have added the kind. */
async function discoverKind(apiVersion: string, kind: string): Promise<Kind | undefined> {
  await discover();
  return kindOfReference(apiVersion, kind);
}

/** The parts of an object that users would call changes. */
function content(object: KubeObject): unknown {
  const {
    managedFields: _,
    resourceVersion: __,
    generation: ___,
    ...metadata
  } = object.metadata as KubeObject["metadata"] & {
    managedFields?: unknown;
  };
  return { ...object, metadata };
}
