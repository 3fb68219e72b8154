/** What all operations of a kind, or of one of its subresources, share. */

import type { Resource } from "../../../api/resources/resource.ts";
import { EVENT_TYPES, OBJECT_TYPES } from "../media-types.ts";
import { capital, groupName, type Kind, type Operation, tagOf } from "./operations.ts";
import type { Schema } from "./schemas.ts";

export interface KindContext {
  /** References to the schemas of the kind and its list, and of what answers of all kinds consist of. */
  readonly ref: Schema;
  readonly listRef: Schema;
  readonly common: CommonSchemas;
  readonly at: { readonly group: string; readonly version: string };
}

interface CommonSchemas {
  readonly patch: Schema;
  readonly deleteOptions: Schema;
  readonly status: Schema;
  readonly watchEvent: Schema;
}

export interface Subresource {
  readonly name: string;
  readonly kind: Kind;
  readonly verbs: readonly string[];
  /** Streams take their options in the URL. */
  readonly options?: "connect" | "log";
}

/** Custom kinds lack both: kubectl learns here how it may patch. */
export const STRATEGIC = "application/strategic-merge-patch+json";

export const STREAM_TYPES = [...OBJECT_TYPES, ...EVENT_TYPES];
export const ANY = ["*/*"];

export interface KindTerms {
  readonly kind: string;
  readonly isCustom: boolean;
  readonly common: CommonSchemas;
  readonly ref: Schema;
  readonly listRef: Schema;
  /** The part of operation ids after the verb: group and version, and `Namespaced`. */
  readonly prefix: string;
  readonly namespaced: "Namespaced" | "";
  /** `status of `, for that subresource. */
  readonly ofWhat: string;
  readonly base: Pick<Operation, "tag" | "served" | "takes">;
  /** The answer when it is an object of the kind. */
  readonly own: Pick<Operation, "response" | "responseTypes">;
  /** Filters media types to those that the kind supports. */
  readonly known: (types: readonly string[]) => readonly string[];
  readonly body: (schema: Schema, need?: "optional") => NonNullable<Operation["body"]>;
  /** The id of the operation. */
  readonly name: (verb: string) => string;
}

/** With `through`, those of that subresource. */
export function termsOf(
  { kind, scope, structuralSchema }: Resource,
  { ref, listRef, common, at, through }: KindContext & { through?: Subresource },
): KindTerms {
  const isCustom = structuralSchema !== undefined;
  const prefix = `${groupName(at.group)}${capital(at.version)}`;
  const namespaced = scope === "Namespaced" ? "Namespaced" : "";
  const sub = through ? capital(through.name) : "";
  const known = (types: readonly string[]) => (isCustom ? types.filter(isOfCustomKinds) : types);
  return {
    kind,
    isCustom,
    common,
    ref,
    listRef,
    prefix,
    namespaced,
    ofWhat: through ? `${through.name} of ` : "",
    base: {
      tag: tagOf(at.group, at.version),
      served: (!isCustom && through?.kind) || { ...at, kind },
      ...(isCustom ? { takes: known(OBJECT_TYPES) } : {}),
    },
    own: { response: ref, responseTypes: known(OBJECT_TYPES) },
    known,
    body: (schema, need) => ({
      schema,
      types: isCustom ? known(OBJECT_TYPES) : ANY,
      required: need !== "optional",
    }),
    name: (verb) => `${verb}${prefix}${namespaced}${kind}${sub}`,
  };
}

const isOfCustomKinds = (type: string) => type !== STRATEGIC && !type.includes("protobuf") && !type.includes("stream");
