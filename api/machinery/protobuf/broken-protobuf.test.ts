import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inCpuTime } from "../../../test/cpu-time.ts";
import { filledObject } from "../../../test/fakes/objects/filled-object.ts";
import { resources } from "../../resources/index.ts";
import { structOf, structOfKind } from "../../schema/table.ts";
import { canonicalObject } from "../json/object-text.ts";
import { apiVersionOf, type KubeObject } from "../meta.ts";
import { decodeMessage } from "./decode.ts";
import { decodeProtobufBody, encodeProtobuf } from "./protobuf.ts";
import { ProtobufWriter } from "./writer.ts";

const messages = resources
  .filter(({ kind }) => kind !== "CustomResourceDefinition")
  .flatMap(({ group, version, kind }) => {
    const apiVersion = apiVersionOf(group, version);
    const struct = structOfKind(apiVersion, kind);
    const object = struct && ({ ...filledObject(struct), kind, apiVersion } as KubeObject);
    const bytes = object && encodeProtobuf(object);
    return bytes ? [{ expected: { group, version, kind }, bytes }] : [];
  });

const breakage = fc.record({
  message: fc.constantFrom(...messages),
  /** The position, as a fraction of the length. */
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  byte: fc.nat(255),
  cut: fc.boolean(),
});

test("a corrupt message of any kind is refused, or read as an object that can be stored", () => {
  fc.assert(
    fc.property(breakage, ({ message: { expected, bytes }, at, byte, cut }) => {
      const place = Math.floor(at * bytes.length);
      const broken = bytes.slice(0, cut ? place : bytes.length);
      if (!cut) broken[place] = byte;
      const body = decodeProtobufBody(broken, expected);
      if (body.ok)
        expect(JSON.parse(JSON.stringify(canonicalObject(body.object)))).toMatchObject({ kind: expected.kind });
      else expect(body.message).not.toBe("");
    }),
    { numRuns: 3000 },
  );
});

/** A Deployment with that message as its spec. */
const deployment = (spec: string) =>
  decodeMessage(Buffer.from(`12${hexLength(spec)}${spec}`, "hex"), structOf("apps.v1.Deployment"));
const hexLength = (hex: string) => (hex.length / 2).toString(16).padStart(2, "0");

/** The field `selector`, with one label of one letter, in hexadecimal. */
const selector = (name: string, value: string) => `12080a060a01${name}1201${value}`;

describe("WIRE-PROTOBUF-READ", () => {
  test.each([
    ["a23f0161", "ok"],
    ["a33f0801a43f", "ok"],
    ["a33f0801", "unexpected EOF"],
    ["a63f", "proto: illegal wireType 6"],
    ["0801", "ok"],
    ["0a0161", "proto: wrong wireType = 2 for field Replicas"],
    ["1801", "proto: wrong wireType = 0 for field Template"],
    ["1a020801", "proto: wrong wireType = 0 for field ObjectMeta"],
    ["1a041202080a", "proto: wrong wireType = 0 for field Volumes"],
    ["220612040a020a00", "proto: wrong wireType = 2 for field Type"],
    ["0200", "proto: DeploymentSpec: illegal tag 0 (wire type 2)"],
    ["04", "proto: DeploymentSpec: wiretype end group for non-group"],
    ["12ffffffffffffffffff01", "proto: negative length found during unmarshaling"],
    ["12ffffffffffffffff7f", "proto: negative length found during unmarshaling"],
    ["08ffffffffffffffffffffff01", "proto: integer overflow"],
  ])("a spec of %s: %s", (spec, outcome) => {
    if (outcome === "ok") expect(deployment(spec)).toMatchObject({ spec: {} });
    else expect(() => deployment(spec)).toThrow(outcome);
  });

  test("a field of a struct's type that comes twice adds to the first, and a scalar replaces it", () => {
    expect(deployment(`08010802${selector("61", "62")}${selector("63", "64")}`)).toMatchObject({
      spec: { replicas: 2, selector: { matchLabels: { a: "b", c: "d" } } },
    });
  });

  test.each([
    ["1000 ns", "e807", "1970-01-01T00:00:05.000001Z"],
    ["-1 ns", "ffffffffffffffffff01", "1970-01-01T00:00:05.000000Z"],
    ["-1000 ns", "98f8ffffffffffffff01", "1970-01-01T00:00:04.999999Z"],
    ["2 s", "80a8d6b907", "1970-01-01T00:00:07.000000Z"],
  ])("a time with a fraction of %s is carried over", (_, nanos, time) => {
    const message = `080510${nanos}`;
    const spec = Buffer.from(`22${hexLength(message)}${message}`, "hex");
    expect(decodeMessage(spec, structOf("coordination.v1.LeaseSpec"))).toEqual({ renewTime: time });
  });

  test("an int32 is the lowest 32 bits", () => {
    expect(deployment("08ffffffffffffffff7f")).toMatchObject({ spec: { replicas: -1 } });
  });
});

test(
  "a time with very many seconds takes no longer than any other message of its length",
  inCpuTime(2000, () => {
    const inner = new ProtobufWriter();
    for (let i = 0; i < 300_000; i++) inner.raw(Uint8Array.of(SECONDS, 1));
    const time = inner.finish();
    const outer = new ProtobufWriter();
    outer.raw(time);
    outer.delimited(CREATION_TIMESTAMP, 0);
    const decoded = decodeMessage(outer.finish(), structOf("meta.v1.ObjectMeta"));
    expect(decoded).toEqual({ creationTimestamp: "1970-01-01T00:00:01Z" });
  }),
);

/** The tag of a Time's first field, and the number of ObjectMeta's. */
const SECONDS = 8;
const CREATION_TIMESTAMP = 8;
