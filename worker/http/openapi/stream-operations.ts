/** Streams of a kind: a container's log, and whatever becomes a connection. */
import { OBJECT_TYPES } from "../media-types.ts";
import { ANY, type KindTerms, type Subresource } from "./kind-terms.ts";
import { capital, type Operation } from "./operations.ts";
import { PRETTY } from "./parameters.ts";
import type { Schema } from "./schemas.ts";

const TEXT: Schema = { type: "string" };
const METHODS: Readonly<Record<string, string>> = { create: "post", update: "put" };

export const readLog = (terms: KindTerms): Operation => ({
  ...terms.base,
  method: "get",
  description: `read log of the specified ${terms.kind}`,
  operationId: `${terms.name("read")}Log`,
  parameters: [PRETTY],
  response: TEXT,
  responseTypes: ["text/plain", ...OBJECT_TYPES],
  codes: [200],
  action: "get",
});

/** One per method; `suffix` ends their ids. */
export const connect = (
  { base, prefix, namespaced, kind }: KindTerms,
  { name: stream, kind: options, verbs }: Subresource,
  suffix: string,
): readonly Operation[] =>
  [...verbs, ...(stream === "proxy" ? ["head", "options"] : [])].map((verb): Operation => {
    const method = METHODS[verb] ?? verb;
    return {
      ...base,
      served: options,
      method,
      description: `connect ${method.toUpperCase()} requests to ${stream} of ${kind}`,
      operationId: `connect${prefix}${capital(method)}${namespaced}${kind}${capital(stream)}${suffix}`,
      parameters: [],
      response: TEXT,
      responseTypes: ANY,
      codes: [200],
      action: "connect",
    };
  });
