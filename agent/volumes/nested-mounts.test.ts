import { readdirSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import type { VolumeMount } from "../../api/generated/core.v1.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { makeNestedPlaces } from "./nested-mounts.ts";

test.each<[string, VolumeMount[], string[]]>([
  ["within it", [{ name: "other", mountPath: "/etc/app/a/b/" }], ["a", "a/b"]],
  ["beside it", [{ name: "other", mountPath: "/etc/application" }], []],
  ["above it", [{ name: "other", mountPath: "/etc" }], []],
  ["of which a part, perhaps a file, is within it", [{ name: "other", mountPath: "/etc/app/f", subPath: "f" }], []],
])("AGENT-VOLUME-NESTED: a volume that is read-only has places for one %s", (_, others, places) => {
  const directory = temporaryDirectory();
  const volumeMounts = [{ name: "settings", mountPath: "/etc/app" }, ...others];
  const pod = { metadata: {}, spec: { containers: [{ name: "c", volumeMounts }] }, status: {} };
  makeNestedPlaces(directory, pod, "settings");
  expect(readdirSync(directory, { recursive: true }).toSorted()).toEqual(places);
  rmSync(directory, { recursive: true });
});
