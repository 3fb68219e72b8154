import type { ResourcePath } from "../../resource-path.ts";
import { isWatch } from "./list-options.ts";

/** Their answers take as long as they take (apiserver/pkg/server/filters); nor need they be objects. */
const SUBRESOURCES: ReadonlySet<string> = new Set(["attach", "exec", "log", "portforward", "proxy"]);

export const isLongRunningSubresource = (subresource: string): boolean => SUBRESOURCES.has(subresource);

/** Whether a request lasts, watches included. */
export const isLongRunning = (path: ResourcePath, query: URLSearchParams): boolean =>
  requestsWatch(path, query) || isLongRunningSubresource(path.subresource);

/** By GET. A watch may be of one object by its name, but only if its path says so. */
export const requestsWatch = ({ watch, name }: ResourcePath, query: URLSearchParams): boolean =>
  watch || (name === "" && isWatch(query));
