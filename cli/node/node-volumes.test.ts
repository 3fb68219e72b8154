import { expect, test } from "vitest";
import type { Node, PersistentVolume } from "../../api/generated/core.v1.ts";
import { hasLocalVolumes, strayDirectories } from "./node-volumes.ts";

const volume = (name: string, path: string): PersistentVolume => ({
  metadata: { name },
  spec: { local: { path } },
  status: {},
});

test("a directory is stray if no PersistentVolume has its path, whatever its name", () => {
  const kept = { directory: "/srv/volumes", volumes: ["pvc-1", "pvc-2", "pvc-3"] };
  const named = [volume("pvc-1", "/srv/volumes/pvc-1"), volume("pvc-2", "/elsewhere/pvc-2"), volume("x", "/x")];
  expect(strayDirectories(kept, named)).toEqual(["/srv/volumes/pvc-2", "/srv/volumes/pvc-3"]);
  expect(strayDirectories({ ...kept, volumes: [] }, named)).toEqual([]);
});

test.each([
  [{}, "True", false],
  [{ "sailplane.dev/local-volumes": "true" }, "False", false],
  [{ "sailplane.dev/local-volumes": "true" }, "True", true],
])("a node with labels %j and Ready %s is asked: %s", (labels, status, isAsked) => {
  const node: Node = {
    metadata: { name: "n", labels },
    spec: {},
    status: { conditions: [{ type: "Ready", status, lastTransitionTime: "2026-01-01T00:00:00Z" }] },
  };
  expect(hasLocalVolumes(node)).toBe(isAsked);
});
