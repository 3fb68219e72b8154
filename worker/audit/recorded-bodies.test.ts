import { expect, test } from "vitest";
import { recordedBody } from "./recorded-bodies.ts";

test("a YAML body in UTF-16 is recorded like any other that takes effect", () => {
  const text = [..."kind: ConfigMap"].flatMap((character) => [character.charCodeAt(0), 0]);
  const body = Uint8Array.from([0xff, 0xfe, ...text]);
  expect(recordedBody(body, { type: "application/yaml", omitManagedFields: false })).toEqual({
    kind: "object",
    object: { kind: "ConfigMap" },
  });
});
