import fc from "fast-check";
import { expect, test } from "vitest";
import { filledObject } from "../../../test/fakes/objects/filled-object.ts";
import { resources } from "../../resources/index.ts";
import { structOfKind } from "../../schema/table.ts";
import { canonicalObject } from "../json/object-text.ts";
import { apiVersionOf, type KubeObject } from "../meta.ts";
import { decodeProtobufBody, encodeProtobuf } from "./protobuf.ts";

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
