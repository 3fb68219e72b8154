import { describe, expect, test } from "vitest";
import { filledObject } from "../../../test/fakes/objects/filled-object.ts";
import { allStructs, structOf } from "../../schema/table.ts";
import { canonicalJson } from "../json/json-canonical.ts";
import { decodeMessage } from "./decode.ts";
import { encodeMessage } from "./encode.ts";
import { encodeProtobufList } from "./list.ts";
import { decodeProtobufBody, encodeProtobuf, encodeWatchFrame, openEnvelope } from "./protobuf.ts";

const kinds = allStructs().filter(({ declaration, name }) => declaration.kind && !name.includes("apiextensions"));

test.each(kinds.map((struct) => [struct.name, struct] as const))(
  "%s survives a round trip through protobuf, full and empty",
  (_name, struct) => {
    for (const object of [filledObject(struct), {}]) {
      const canonical = canonicalJson(object, struct);
      const typeMeta = { kind: canonical.kind, apiVersion: canonical.apiVersion };
      const back = canonicalJson({ ...decodeMessage(encodeMessage(canonical, struct), struct), ...typeMeta }, struct);
      expect(JSON.stringify(back)).toBe(JSON.stringify(canonical));
    }
  },
);

describe("WIRE-PROTOBUF: quirks of Go's protobuf", () => {
  const bytesOf = (name: string, value: object) => [...encodeMessage(value, structOf(name))];

  test("fields held by value are written even if zero, pointers only if set", () => {
    expect(bytesOf("core.v1.KeyToPath", {})).toEqual([0x0a, 0, 0x12, 0]);
    expect(bytesOf("core.v1.KeyToPath", { key: "a", path: "b", mode: 0 })).toEqual([0x0a, 1, 97, 0x12, 1, 98, 0x18, 0]);
  });

  test("embedded structs nest", () => {
    expect(bytesOf("core.v1.ConfigMapEnvSource", { name: "a" })).toEqual([0x0a, 3, 0x0a, 1, 97]);
  });

  test("maps are ordered by key and negative numbers take ten bytes", () => {
    expect(bytesOf("core.v1.ConfigMap", { data: { b: "", a: "" } }).slice(-14)).toEqual([
      0x12, 5, 0x0a, 1, 97, 0x12, 0, 0x12, 5, 0x0a, 1, 98, 0x12, 0,
    ]);
    expect(bytesOf("core.v1.SleepAction", { seconds: -1 })).toEqual([8, ...Array(9).fill(255), 1]);
  });

  test("schemas of custom resources keep their JSON values", () => {
    const struct = structOf("apiextensions.v1.JSONSchemaProps");
    for (const schema of [
      { additionalProperties: false, items: { type: "string" }, default: 5 },
      { additionalProperties: { type: "object" }, items: [{ $ref: "#" }, {}], enum: ["a", null] },
      { dependencies: { a: ["b"], c: { type: "x" } }, "x-kubernetes-list-map-keys": ["name"] },
    ]) {
      expect(canonicalJson(decodeMessage(encodeMessage(schema, struct), struct), struct)).toEqual(schema);
    }
  });
});

describe("a list in pages", () => {
  const list = (names: readonly string[]) => ({
    kind: "ConfigMapList",
    apiVersion: "v1",
    metadata: { resourceVersion: "12345" },
    items: names.map((name) => ({ metadata: { name }, data: { of: name.repeat(200) } })),
  });
  const pages = (of: readonly (readonly string[])[]) => of.map((names) => list(names).items.map((item) => () => item));

  test.each([[[["a", "b", "c"]]], [[["a"], ["b", "c"]]], [[["a", "b"], [], ["c"]]], [[[], ["a", "b", "c"]]]])(
    "%j gives the same bytes as the whole list",
    async (split) => {
      const { items: _, ...head } = list([]);
      const parts = await encodeProtobufList(head, pages(split));
      expect(Buffer.concat(parts ?? [])).toEqual(Buffer.from(encodeProtobuf(list(["a", "b", "c"])) ?? []));
    },
  );

  test("of a kind without a protobuf form is not recognized", async () => {
    expect(
      await encodeProtobufList({ kind: "Table", apiVersion: "meta.k8s.io/v1", metadata: {} }, pages([[]])),
    ).toBeUndefined();
  });
});

describe("the envelope", () => {
  const configMap = { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "x" }, data: { a: "b" } };
  const expected = { group: "", version: "v1", kind: "ConfigMap" };
  const bytes = encodeProtobuf(configMap) ?? new Uint8Array();

  test("contains the kind and the message", () => {
    expect([...bytes.subarray(0, 4)]).toEqual([0x6b, 0x38, 0x73, 0]);
    expect(openEnvelope(bytes)).toMatchObject({ apiVersion: "v1", kind: "ConfigMap" });
    expect(decodeProtobufBody(bytes, expected)).toEqual({ ok: true, object: configMap, warnings: [] });
    expect(encodeProtobuf({ apiVersion: "example.com/v1", kind: "Foo" })).toBeUndefined();
  });

  test("supports lists, statuses and options", () => {
    const list = {
      kind: "ConfigMapList",
      apiVersion: "v1",
      metadata: { resourceVersion: "5" },
      items: [{ metadata: {} }],
    };
    for (const object of [
      list,
      { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", code: 404 },
      { kind: "DeleteOptions", apiVersion: "policy/v1", gracePeriodSeconds: 0 },
      { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: { name: "a" } },
    ]) {
      expect(encodeProtobuf(object)).toBeInstanceOf(Uint8Array);
    }
  });

  test("that is corrupt is refused in Kubernetes' words", () => {
    const messageOf = (broken: Uint8Array) => decodeProtobufBody(broken, expected);
    const message = (text: string) => expect.objectContaining({ ok: false, message: expect.stringContaining(text) });
    expect(messageOf(new Uint8Array())).toEqual(message("(must be of type ConfigMap): empty data (<empty>)"));
    expect(messageOf(Uint8Array.of(1, 2, 3, 4))).toEqual(
      message("does not appear to be a protobuf message, expected prefix [107 56 115 0] (01020304)"),
    );
    expect(messageOf(bytes.subarray(0, 4))).toEqual(message("empty body"));
    for (let length = 5; length < bytes.length; length++)
      expect(() => messageOf(bytes.subarray(0, length))).not.toThrow();
    expect(decodeProtobufBody(bytes, { ...expected, kind: "Secret" })).toEqual(
      message("cannot be handled as a Secret: converting (v1.ConfigMap) to (core.Secret): unknown conversion"),
    );
  });

  test("is length-prefixed in a watch frame", () => {
    const frame = encodeWatchFrame("ADDED", bytes);
    expect(new DataView(frame.slice().buffer).getUint32(0)).toBe(frame.length - 4);
    expect([...frame.subarray(4, 11)]).toEqual([0x0a, 5, ...[..."ADDED"].map((char) => char.charCodeAt(0))]);
    expect([...frame.subarray(-bytes.length)]).toEqual([...bytes]);
  });
});
