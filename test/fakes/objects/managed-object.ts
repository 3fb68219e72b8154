/** An object with several field managers, for tests of field ownership. */
import type { ManagedFieldsEntry } from "../../../api/generated/meta.v1.ts";
import { type ApplyResult, applyPatch } from "../../../api/machinery/apply/apply-patch.ts";
import { type KindAtVersion, ownableThrough } from "../../../api/machinery/apply/ownership.ts";
import { structView } from "../../../api/machinery/apply/struct-view.ts";
import { trackUpdate } from "../../../api/machinery/apply/track-update.ts";
import type { TypeView } from "../../../api/machinery/apply/type-view.ts";
import type { JsonObject } from "../../../api/machinery/json/json-object.ts";
import { structOfKind } from "../../../api/schema/table.ts";

export const NOW = "2026-01-01T00:00:00Z";
export const LATER = "2026-01-02T00:00:00Z";

export const viewOf = (apiVersion: string, kind: string): TypeView => {
  const struct = structOfKind(apiVersion, kind);
  if (!struct) throw new Error(kind);
  return structView(struct);
};

/** An object and its field managers. */
export class ManagedObject {
  object: JsonObject | undefined;
  now = NOW;
  readonly #apiVersion: string;
  readonly #kind: string;
  #view: TypeView;

  constructor(apiVersion: string, kind: string, view = viewOf(apiVersion, kind)) {
    this.#apiVersion = apiVersion;
    this.#kind = kind;
    this.#view = view;
  }

  at(subresource: string): KindAtVersion & { kindName: string } {
    const ownable = ownableThrough({ subresource, status: {} });
    const custom = structOfKind(this.#apiVersion, this.#kind) === undefined;
    return { apiVersion: this.#apiVersion, kindName: this.#kind, view: this.#view, custom, ownable };
  }

  /** Replaces the schema from now on. */
  becomes(view: TypeView): void {
    this.#view = view;
  }

  apply(manager: string, body: JsonObject, options: { force?: boolean; subresource?: string } = {}): ApplyResult {
    const { force = false, subresource = "" } = options;
    const metadata = { name: "a", ...(body.metadata as JsonObject) };
    const applied = { apiVersion: this.#apiVersion, kind: this.#kind, ...body, metadata };
    const kind = this.at(subresource);
    const result = applyPatch({ live: this.object, applied, kind, manager, force, subresource, now: this.now });
    if (result.ok) this.object = result.object;
    return result;
  }

  write(manager: string, change: (draft: JsonObject) => void, subresource = ""): void {
    const next = structuredClone(
      this.object ?? { apiVersion: this.#apiVersion, kind: this.#kind, metadata: { name: "a" } },
    );
    change(next);
    const kind = this.at(subresource);
    const managedFields = trackUpdate({ old: this.object, next, kind, manager, subresource, now: this.now });
    this.object = { ...next, metadata: { ...(next.metadata as JsonObject), managedFields } };
  }

  get entries(): ManagedFieldsEntry[] {
    return ((this.object?.metadata as JsonObject | undefined)?.managedFields ?? []) as ManagedFieldsEntry[];
  }

  /** `manager: fields`, in the stored order and text. */
  get owners(): string[] {
    return this.entries.map(({ manager, fieldsV1 }) => `${manager} ${JSON.stringify(fieldsV1)}`);
  }
}

export const configMap = () => new ManagedObject("v1", "ConfigMap");
export const data = (members: JsonObject): JsonObject => ({ data: members });
export const podTemplate = () => new ManagedObject("v1", "PodTemplate");
export const containers = (...items: JsonObject[]): JsonObject => ({ template: { spec: { containers: items } } });
export const specOf = ({ object = {} }: ManagedObject) => (object.template as { spec: JsonObject }).spec;
