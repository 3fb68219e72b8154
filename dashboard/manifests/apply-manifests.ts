/** Server-side apply of several manifests, in order. */
import { errorMessage } from "../../api/error-message.ts";
import { deepEqual } from "../../api/machinery/json/deep-equal.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { api } from "../api/connection.ts";
import { discover, kindOfReference } from "../api/discovery.ts";
import { apiVersionOf, type Kind, type ObjectName, targetOf } from "../api/kind.ts";
import { statusText } from "../api/status-text.ts";
import { conflictsOf, type FieldConflict } from "./apply-conflicts.ts";
import { documentsOf, parseObject } from "./yaml-text.ts";

export type ApplyOutcome =
  | {
      readonly name: "refused";
      readonly title: string;
      readonly problem: string;
      readonly conflicts: readonly FieldConflict[];
    }
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
  // Sequentially: a namespace precedes its contents.
  for (const document of documentsOf(text)) {
    outcomes.push(
      await applyOne(document, options).catch((error: unknown) => refused("A manifest", errorMessage(error))),
    );
  }
  return outcomes;
}

const refused = (title: string, problem: string, conflicts: readonly FieldConflict[] = []): ApplyOutcome => ({
  name: "refused",
  title,
  problem,
  conflicts,
});

async function applyOne(document: string, { dryRun, force, namespace }: ApplyOptions): Promise<ApplyOutcome> {
  const parsed = parseObject(document);
  if ("problem" in parsed) return refused("A manifest", parsed.problem);
  const { object } = parsed;
  const { apiVersion = "", kind: kindName = "", metadata } = object;
  const title = `${kindName} ${metadata.name}`;
  const kind = kindOfReference(apiVersion, kindName) ?? (await discoverKind(apiVersion, kindName));
  if (!kind) return refused(title, `The cluster serves no ${kindName} of ${apiVersion}.`);
  const at = { ...kind, version: apiVersion.slice(apiVersion.indexOf("/") + 1) };
  const of = { namespace: metadata.namespace ?? namespace, name: metadata.name ?? "" };
  const before = await existingObject(at, of);
  const applied = await api.patch(targetOf(at, of), "application/apply-patch+yaml", object, {
    fieldManager: "sailplane-dashboard",
    ...(force ? { force: "true" } : {}),
    ...(dryRun ? { dryRun: "All" } : {}),
  });
  if (!applied.ok) return refused(title, statusText(applied.status), conflictsOf(applied.status));
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
  const found = await api.list(targetOf(kind, { namespace }), { fieldSelector: `metadata.name=${name}` });
  return found.ok ? withType(kind, found.object.items[0]) : undefined;
}

/** Items of a list do not contain their kind. */
const withType = (kind: Kind, object: KubeObject | undefined): KubeObject | undefined =>
  object && { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind };

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
