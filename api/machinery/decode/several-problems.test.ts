/** Which of several problems of a body is reported: Go keeps the first, but its custom unmarshalers end the decoding. */
import { expect, test } from "vitest";
import { structOf } from "../../schema/table.ts";
import { decodeJson } from "./decode-json.ts";

const QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const META = "json: cannot unmarshal array into Go struct field Secret.metadata of type v1.ObjectMeta";

test.each([
  ["core.v1.Pod", { metadata: [], spec: { volumes: {}, overhead: { cpu: "abc" } } }, QUANTITY],
  ["core.v1.Secret", { metadata: [], data: { a: "!" } }, META],
  ["core.v1.Secret", { data: { a: "!" }, metadata: [] }, "illegal base64 data at input byte 0"],
  [
    "core.v1.Secret",
    { metadata: { creationTimestamp: '\u00c4\n"' } },
    'parsing time "\\xc3\\x84\\x0a\\"" as "2006-01-02T15:04:05Z07:00": cannot parse "\\xc3\\x84\\x0a\\"" as "2006"',
  ],
  [
    "resource.v1.CapacityRequestPolicy",
    { validValues: {} },
    "json: cannot unmarshal object into Go struct field CapacityRequestPolicy.validValues of type []resource.Quantity",
  ],
])("WIRE-JSON: %s %j is refused: %s", (struct, body, message) => {
  expect(decodeJson(JSON.stringify(body), structOf(struct))).toEqual({ ok: false, message });
});
