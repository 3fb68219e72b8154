/**
 * Descriptions of the schema's structs and fields. Half a megabyte of text that few requests need: it is a file among
 * the assets, because workerd keeps a module's source in memory several times over.
 */
/** By a struct's full name, then by field; "" is the struct itself. */
export type Documentation = Readonly<Record<string, Readonly<Record<string, string>>>>;

let loaded: Documentation | undefined;

/**
 * `assets`: the binding that serves the build's output. Requests that need it at the same time read it each for
 * themselves: the first might end before it has.
 */
export async function loadDocumentation(assets: Fetcher): Promise<Documentation> {
  loaded ??= await read(assets);
  return loaded;
}

async function read(assets: Fetcher): Promise<Documentation> {
  const response = await assets.fetch("https://assets/documentation.json");
  if (!response.ok) throw new Error(`documentation.json: ${response.status}`);
  return response.json();
}

/** Where a field's text ends and the description of its values begins. */
export const VALUES = "\n\nPossible enum values:";

/** The text of `core.v1.ConfigMap.data`, without its values, as columns refer to it. */
export const documentationLookup =
  (documentation: Documentation) =>
  (field: string): string | undefined => {
    const dot = field.lastIndexOf(".");
    return documentation[field.slice(0, dot)]?.[field.slice(dot + 1)]?.split(VALUES)[0];
  };
