/** Marks the default class beside its name. */
import type { KubeObject } from "../machinery/meta.ts";
import type { Column } from "./resource.ts";

export const nameColumn = <T extends KubeObject>(of: (object: T) => string): Column<T> => ({
  name: "Name",
  type: "string",
  format: "name",
  description: { field: "meta.v1.ObjectMeta.name" },
  of,
});

/** `marks` are the annotations that make a class the default. */
export const withDefaultMark = ({ metadata }: KubeObject, marks: readonly string[]): string =>
  marks.some((mark) => metadata.annotations?.[mark] === "true") ? `${metadata.name} (default)` : (metadata.name ?? "");
