/** The kinds that this cluster serves, custom ones included, according to discovery. */
import { signal } from "@preact/signals";
import { errorMessage } from "../../api/error-message.ts";
import type { APIGroupDiscoveryList } from "../../api/generated/apidiscovery.v2.ts";
import { read } from "./connection.ts";
import type { Kind } from "./kind.ts";
import { problemOf } from "./problem-of.ts";

export type Discovery =
  | { readonly name: "loading" }
  | { readonly name: "known"; readonly kinds: readonly Kind[] }
  | { readonly name: "failed"; readonly problem: string };

export const discovery = signal<Discovery>({ name: "loading" });

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

export async function discover(): Promise<void> {
  try {
    const lists = await Promise.all(["/api", "/apis"].map(discoveryAt));
    const kinds = lists.flatMap(kindsOf).sort((a, b) => a.kind.localeCompare(b.kind));
    discovery.value = { name: "known", kinds };
  } catch (error) {
    discovery.value = { name: "failed", problem: errorMessage(error) };
  }
}

async function discoveryAt(path: string): Promise<APIGroupDiscoveryList> {
  const response = await read(path, { accept: AGGREGATED });
  if (!response.ok) throw new Error(await problemOf(response));
  return (await response.json()) as APIGroupDiscoveryList;
}

/** Of each group the preferred version, which comes first. */
const kindsOf = ({ items = [] }: APIGroupDiscoveryList): Kind[] =>
  items.flatMap(({ metadata, versions = [] }) => {
    const seen = new Set<string>();
    return versions.flatMap(({ version = "", resources = [] }) =>
      resources
        .filter(({ resource, verbs = [] }) => verbs.includes("list") && resource && !seen.has(resource))
        .map(({ resource = "", responseKind, scope, verbs = [], shortNames = [], subresources = [] }) => {
          seen.add(resource);
          return {
            group: metadata?.name ?? "",
            version,
            plural: resource,
            kind: responseKind?.kind ?? resource,
            namespaced: scope === "Namespaced",
            verbs,
            shortNames,
            subresources: subresources.map(({ subresource = "" }) => subresource),
          };
        }),
    );
  });

/** `group` as in links: `core` for the core group. */
export function findKind(group: string, plural: string): Kind | undefined {
  const known = discovery.value;
  if (known.name !== "known") return undefined;
  return known.kinds.find((kind) => (kind.group || "core") === group && kind.plural === plural);
}

/** The kind of an owner reference or an event's object. */
export function kindOfReference(apiVersion: string, name: string): Kind | undefined {
  const known = discovery.value;
  if (known.name !== "known") return undefined;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return known.kinds.find((kind) => kind.group === group && kind.kind === name);
}
