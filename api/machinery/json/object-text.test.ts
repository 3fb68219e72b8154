import { expect, test } from "vitest";
import { encodeProtobuf } from "../protobuf/protobuf.ts";
import { textWithoutRevision } from "./object-text.ts";

const revision = {
  apiVersion: "apps/v1",
  kind: "ControllerRevision",
  metadata: { name: "r" },
  data: { z: "a && b > \u2028", a: 1 },
  revision: 1,
};
const DATA = String.raw`{"z":"a \u0026\u0026 b \u003e \u2028","a":1}`;

test("CTL-REVISION: strings are escaped as in Go, in JSON and within protobuf", () => {
  const text = textWithoutRevision(revision);
  expect(text).toContain(`"data":${DATA},`);
  expect(JSON.parse(text).data).toEqual(revision.data);
  expect(new TextDecoder().decode(encodeProtobuf(revision))).toContain(DATA);
});

test.each([
  [
    "of a built-in kind",
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", labels: { z: "1", a: "2" } },
      data: { y: "", B: "" },
    },
    '"labels":{"a":"2","z":"1"}},"data":{"B":"","y":""}}',
  ],
  [
    "of a custom kind",
    { apiVersion: "e.com/v1", kind: "Foo", metadata: { name: "a" }, spec: { b: [{ d: 1, c: 2 }], a: 3 }, data: {} },
    '"data":{},"spec":{"a":3,"b":[{"c":2,"d":1}]}}',
  ],
])("WIRE-MAP-ORDER: maps %s are sorted by key", (_, object, text) => {
  expect(textWithoutRevision(object)).toContain(text);
});

test("WIRE-CANONICAL: a custom object's metadata omits empty lists and maps, its own fields keep them", () => {
  const metadata = { name: "a", labels: {}, finalizers: [], ownerReferences: [], annotations: { b: "" } };
  const foo = { apiVersion: "e.com/v1", kind: "Foo", metadata, spec: { list: [], map: {} } };
  expect(JSON.parse(textWithoutRevision(foo))).toEqual({
    apiVersion: "e.com/v1",
    kind: "Foo",
    metadata: { name: "a", resourceVersion: "", annotations: { b: "" } },
    spec: { list: [], map: {} },
  });
});

test("WIRE-CANONICAL: fields are in the order of Go's structs, even in objects stored long ago", () => {
  const containers = [
    {
      imagePullPolicy: "Always",
      terminationMessagePolicy: "File",
      envFrom: [{ prefix: "p" }],
      env: [{ name: "E" }],
      name: "c",
    },
  ];
  const pod = { kind: "Pod", apiVersion: "v1", metadata: { name: "p" }, spec: { containers } };
  expect(textWithoutRevision(pod)).toContain(
    '{"name":"c","envFrom":[{"prefix":"p"}],"env":[{"name":"E"}],"resources":{},"terminationMessagePolicy":"File","imagePullPolicy":"Always"}',
  );
});
