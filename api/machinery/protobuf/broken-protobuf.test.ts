import fc from "fast-check";
import { expect, test } from "vitest";
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
