/** Expressions that see one object as `self`. */

import { kubernetesLibrary } from "../../../api/machinery/cel/library/index.ts";
import { compile } from "../../../api/machinery/cel/program.ts";
import { typeOfSchema } from "../../../api/machinery/cel/scopes/schema-type.ts";
import { fromJson } from "../../../api/machinery/cel/values/from-json.ts";
import type { Type } from "../../../api/machinery/cel/values/type.ts";

const schema = {
  type: "object",
  properties: {
    s: { type: "string" },
    i: { type: "integer" },
    l: { type: "array", items: { type: "string" } },
    m: { type: "object", additionalProperties: { type: "integer" } },
    ios: { "x-kubernetes-int-or-string": true },
    "dash-ed": { type: "string" },
  },
};
export const type = typeOfSchema(schema, false) as Type;
const self = { s: "abc", i: 5, l: ["a", "b", "c"], m: { x: 1, y: 2 }, ios: "5%", "dash-ed": "d" };

export const compiled = (source: string) =>
  compile(source, { variables: new Map([["self", type]]), library: kubernetesLibrary, binds: true });

export function run(source: string, limit?: number) {
  const result = compiled(source);
  if (!result.ok) return result.message.replace("compilation failed: ", "");
  const outcome = result.program.run(new Map([["self", fromJson(self, type)]]), limit);
  return outcome.ok ? outcome.value : outcome.message;
}
