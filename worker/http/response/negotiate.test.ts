import { expect, test } from "vitest";
import { ApiError } from "../../api-error.ts";
import { negotiate } from "./negotiate.ts";

const PROTOBUF = "application/vnd.kubernetes.protobuf";
const VIEWS = ["Table", "PartialObjectMetadata"];

function chosen(accept: string, untyped: boolean): string | number {
  const request = new Request("https://sailplane/", { headers: { Accept: accept } });
  try {
    const { type, as = "" } = negotiate(request, new URLSearchParams(), VIEWS, { untyped });
    return `${type} ${as}`.trim();
  } catch (error) {
    if (error instanceof ApiError) return error.status.code ?? 0;
    throw error;
  }
}

test.each([
  [`${PROTOBUF},application/json`, false, PROTOBUF],
  [`${PROTOBUF},application/json`, true, "application/json"],
  [PROTOBUF, true, 406],
  [`${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`, true, `${PROTOBUF} PartialObjectMetadata`],
  [`${PROTOBUF};as=Table;v=v1;g=meta.k8s.io,application/json`, false, "application/json"],
  ["application/json;as=Table;v=v1;g=meta.k8s.io,application/json", false, "application/json Table"],
  ["application/json;as=Table;v=v2;g=meta.k8s.io,application/json", false, "application/json"],
  ["application/json;v=v1;g=meta.k8s.io", false, 406],
  ["application/json;v=v1,application/yaml", false, "application/yaml"],
  ["application/json;stream=other", false, 406],
  ["application/json;stream=watch", false, "application/json"],
  ["application/yaml;stream=watch", false, 406],
  ["application/json;sv=v2,application/yaml;sv=v1", false, "application/yaml"],
  ["application/cbor", false, 406],
  ["application/cbor,application/json;q=0.5", false, "application/json"],
])("WIRE-NEGOTIATE, WIRE-CBOR: %s, untyped %s", (accept, untyped, expected) => {
  expect(chosen(accept, untyped)).toBe(expected);
});

test("WIRE-NEGOTIATE: JSON may be requested with indentation", () => {
  const of = (accept: string, query = "") =>
    negotiate(new Request("https://sailplane/", { headers: { Accept: accept } }), new URLSearchParams(query), VIEWS)
      .pretty;
  expect([of("application/json"), of("application/json;pretty=0"), of("application/json;pretty=1")]).toEqual([
    false,
    false,
    true,
  ]);
  expect(of("application/json", "pretty=true")).toBe(true);
});

const refused = (accept: string, endpoint: Parameters<typeof negotiate>[3] = {}) => {
  const request = new Request("https://sailplane/", { headers: { Accept: accept } });
  try {
    return negotiate(request, new URLSearchParams(), VIEWS, endpoint);
  } catch (error) {
    return error instanceof ApiError ? error.status : error;
  }
};

test("WIRE-NEGOTIATE: a refusal by the router differs from a later one, and custom kinds have no router", () => {
  const forms = `application/json, application/yaml, ${PROTOBUF}`;
  const router = `406: Not Acceptable\n\nAvailable representations: ${forms}`;
  const machinery = `only the following media types are accepted: ${forms}`;
  const reason = "NotAcceptable";
  expect(refused("text/html")).toMatchObject({ code: 406, reason, message: router, details: {} });
  expect(refused("application/*")).toMatchObject({ message: router });
  expect(refused("text/html", { streams: true })).toMatchObject({
    message: `${router}, application/json;stream=watch, ${PROTOBUF};stream=watch`,
  });
  expect(refused("application/json;as=Nope;v=v1;g=meta.k8s.io")).toMatchObject({ reason, message: machinery });
  expect(refused("text/html", { untyped: true })).toMatchObject({ message: machinery });
  expect(refused("application/*", { untyped: true })).toMatchObject({ type: "application/json" });
});
