import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { filledObject } from "../../test/fakes/objects/filled-object.ts";
import { resources } from "../resources/index.ts";
import { structOfKind } from "../schema/table.ts";
import { decodeBody } from "./decode/decode.ts";
import { canonicalObject, draftObject, readObject, textWithoutRevision, withRevision } from "./json/object-text.ts";
import { apiVersionOf, type KubeObject } from "./meta.ts";
import { decodeProtobufBody, encodeProtobuf } from "./protobuf/protobuf.ts";

/** Every kind at every served version. */
const served = resources.flatMap(({ group, version, kind, otherVersions = [] }) =>
  [{ group, version }, ...otherVersions.map((other) => ({ group: other.group ?? group, version: other.version }))].map(
    (at) => [`${apiVersionOf(at.group, at.version)} ${kind}`, { ...at, kind }] as const,
  ),
);

/** Keeps one in `every` members of every object. */
function thinned(value: unknown, every: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => thinned(element, every));
  const kept = Object.entries(value).filter((_, index) => index % every === 0);
  return Object.fromEntries(kept.map(([key, member]) => [key, thinned(member, every)]));
}

describe.each(served)("%s with every field set", (_name, expected) => {
  const apiVersion = apiVersionOf(expected.group, expected.version);
  const struct = structOfKind(apiVersion, expected.kind);
  if (!struct) throw new Error("not in the schema table");
  const filled = filledObject(struct) as unknown as KubeObject;
  const sent = {
    ...filled,
    kind: expected.kind,
    apiVersion,
    metadata: { ...filled.metadata, resourceVersion: "7" },
  };
  const decoded = (text: string, syntax: "json" | "yaml") =>
    decodeBody({ text, syntax, expected, fieldValidation: "Strict" });
  const objectOf = (body: ReturnType<typeof decodeBody>): KubeObject => {
    if (!body.ok) throw new Error(body.message);
    return body.object;
  };

  test("JSON → store → JSON is unchanged, every field known", () => {
    const stored = textWithoutRevision(objectOf(decoded(JSON.stringify(sent), "json")));
    const answered = canonicalObject(readObject(withRevision(stored, 7)));
    expect(answered).toEqual(sent);
    expect(textWithoutRevision(draftObject(answered))).toBe(stored);
  });

  test("a stored text is decoded like a request body with the same content", () => {
    for (const every of [1, 2, 3, 5]) {
      const messages = { ...(thinned(filled, every) as object), kind: expected.kind, apiVersion } as KubeObject;
      const stored = withRevision(textWithoutRevision(objectOf(decoded(JSON.stringify(messages), "json"))), 7);
      expect(readObject(stored)).toEqual(draftObject(JSON.parse(stored)));
    }
  });

  test("YAML gives the same object", () => {
    expect(decoded(stringify(sent, { aliasDuplicateObjects: false }), "yaml")).toEqual(
      decoded(JSON.stringify(sent), "json"),
    );
  });

  test("protobuf → store → protobuf is unchanged, byte for byte", () => {
    const bytes = encodeProtobuf(sent) ?? new Uint8Array();
    const stored = textWithoutRevision(objectOf(decodeProtobufBody(bytes, expected)));
    const again = encodeProtobuf(canonicalObject(readObject(withRevision(stored, 7)))) ?? new Uint8Array();
    expect([...again]).toEqual([...bytes]);
  });
});
