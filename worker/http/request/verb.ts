import type { Verb } from "../../../api/resources/resource.ts";
import type { ResourcePath } from "../../resource-path.ts";
import { requestsWatch } from "./long-running.ts";

/** What a request wants done with its resource; "" if its method is none of Kubernetes'. */
export type RequestVerb = Verb | "";

/** The verb for authorization (apiserver/pkg/endpoints/request). A path may state it, whatever the method. */
export function verbOf(method: string, path: ResourcePath, query: URLSearchParams): RequestVerb {
  if (path.watch) return "watch";
  switch (method) {
    case "POST":
      return "create";
    case "GET":
    case "HEAD":
      if (requestsWatch(path, query)) return "watch";
      return path.name === "" ? "list" : "get";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return path.name === "" ? "deletecollection" : "delete";
    default:
      return "";
  }
}
