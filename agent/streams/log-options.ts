/** The options in the query of a log request, for requests to the node itself; invalid ones are ignored. */
import type { LogOptions } from "../../api/node/node-sync.ts";

export function readLogOptions(query: URLSearchParams): LogOptions {
  const isSet = (name: string) => query.has(name) && !["0", "false"].includes(query.get(name) ?? "");
  const number = <K extends string>(name: K) => {
    const text = query.get(name) ?? "";
    return /^\d+$/.test(text) ? { [name]: Number(text) } : {};
  };
  const since = query.get("sinceTime");
  return {
    follow: isSet("follow"),
    previous: isSet("previous"),
    timestamps: isSet("timestamps"),
    ...number("tailLines"),
    ...number("limitBytes"),
    ...number("sinceSeconds"),
    ...(since === null ? {} : { sinceTime: since }),
  };
}
