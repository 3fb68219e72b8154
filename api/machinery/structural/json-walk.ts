/** The structural schema of a member or an item. */

import type { JSONSchemaProps } from "../../generated/apiextensions.v1.ts";
import { ownMember } from "../json/own-member.ts";
import { additionalOf, itemsOf } from "./json-schema.ts";

export type Schema = JSONSchemaProps;

/** The members that every object has, whatever its schema says. */
export const META_FIELDS: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

export const preservesUnknown = (schema: Schema | undefined): boolean =>
  schema?.["x-kubernetes-preserve-unknown-fields"] === true;

export const isEmbedded = (schema: Schema): boolean => schema["x-kubernetes-embedded-resource"] === true;

export const propertyOf = ({ properties }: Schema, name: string): Schema | undefined => ownMember(properties, name);

/** The schema of a member: declared, or that of additional properties. */
export const memberOf = (schema: Schema, name: string): Schema | undefined =>
  propertyOf(schema, name) ?? additionalOf(schema);

export { additionalOf, itemsOf };

/** A path as Kubernetes prints it for unknown fields: `spec.l[0].junk`. */
export const childPath = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);
