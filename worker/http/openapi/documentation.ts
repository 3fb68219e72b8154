/** What the schema's structs and fields mean. A big text, so it is a chunk of its own and loaded when first needed. */
export type Documentation = Readonly<Record<string, Readonly<Record<string, string>>>>;

let loaded: Promise<Documentation> | undefined;

export function loadDocumentation(): Promise<Documentation> {
  loaded ??= import("../../../api/generated/documentation.ts").then((module) => module.default);
  return loaded;
}

/** The text of `core.v1.ConfigMap.data`: what columns refer to. */
export const documentationLookup =
  (documentation: Documentation) =>
  (field: string): string | undefined => {
    const dot = field.lastIndexOf(".");
    return documentation[field.slice(0, dot)]?.[field.slice(dot + 1)];
  };
