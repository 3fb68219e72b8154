/** A request as authorization sees it (apiserver/pkg/endpoints/request, requestinfo.go). */
import { parseFieldSelector } from "../../api/machinery/selectors/selector.ts";
import type { ResourcePath } from "../resource-path.ts";
import type { ResourceAttributes } from "./attributes.ts";

const SELECTING: ReadonlySet<string> = new Set(["list", "watch", "deletecollection"]);

/** A selector for one object's name makes that the request's object; one that cannot be parsed restricts nothing. */
export function attributesOf(verb: string, path: ResourcePath, query: URLSearchParams): ResourceAttributes {
  const { group, version, resource, subresource, namespace, name } = path;
  const attributes = { verb, group, version, resource, subresource, namespace, name };
  const text = SELECTING.has(verb) ? (query.get("fieldSelector") ?? "") : "";
  if (text === "") return attributes;
  const parsed = parseFieldSelector(text);
  if (!parsed.ok) return attributes;
  const [named] = parsed.requirements
    .filter(({ key, operator, values }) => key === "metadata.name" && operator === "in" && values.length === 1)
    .flatMap(({ values }) => values);
  const isName = named !== undefined && named !== "." && named !== ".." && !/[/%]/.test(named);
  return { ...attributes, name: name === "" && isName ? named : name, fieldSelector: parsed.requirements };
}

const CONNECTING: ReadonlySet<string> = new Set(["exec", "attach", "portforward"]);

/**
 * What must be permitted. The right to `get` everything must not imply running commands, so streams of pods require
 * `create` even if they are opened by GET, as WebSockets are; and no more than that, since it is all that clients need
 * which open them by POST.
 */
export function requiredOf(attributes: ResourceAttributes): ResourceAttributes {
  const { verb, group, resource, subresource } = attributes;
  const connects = verb === "get" && group === "" && resource === "pods" && CONNECTING.has(subresource);
  return connects ? { ...attributes, verb: "create" } : attributes;
}
