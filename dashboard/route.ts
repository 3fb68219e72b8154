/** The current location in the page: `#/pods?ns=default`, `#/object/apps/v1/deployments/NAMESPACE/NAME?tab=yaml`. */
import { computed, signal } from "@preact/signals";

export interface Route {
  /** Decoded; empty for the overview. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

const hash = signal(location.hash);
addEventListener("hashchange", () => {
  hash.value = location.hash;
});

export const route = computed<Route>(() => parseRoute(hash.value));

function parseRoute(text: string): Route {
  const [path = "", query = ""] = text.replace(/^#?\/?/, "").split("?", 2);
  return {
    path: path === "" ? [] : path.split("/").map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** A link may be malformed. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** "" means all namespaces. */
export const namespace = computed(() => route.value.query.ns ?? "");

/** The displayed revision; "" means now. */
export const moment = computed(() => route.value.query.at ?? "");

/** A link to another view with the same namespace and moment. */
export function href(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const parameters = new URLSearchParams({ ns: namespace.value, at: moment.value, ...query });
  for (const name of ["ns", "at"]) if (parameters.get(name) === "") parameters.delete(name);
  const text = parameters.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
}

export function go(path: readonly string[], query: Readonly<Record<string, string>> = {}): void {
  location.hash = href(path, query);
}

/** The same view with another query, without a new history entry. */
export function replaceQuery(query: Readonly<Record<string, string>>): void {
  const { path, query: old } = route.peek();
  history.replaceState(null, "", href(path, { ...old, ...query }));
  hash.value = location.hash;
}
