import { expect, test } from "vitest";
import { isFresh } from "./fresh-cluster.ts";

test.each([
  ["nodes register by themselves", "nodes", "", 3, true],
  ["other clusters are kept by a restore", "clusters.sailplane.dev", "", 2, true],
  ["a namespace was created by somebody", "namespaces", "", 5, false],
  ["so was a config map in it", "configmaps", "shop", 1, false],
] as const)("RESTORE-FRESH: %s", (_, resource, namespace, objects, fresh) =>
  expect(isFresh({ resource, namespace, objects } as Parameters<typeof isFresh>[0])).toBe(fresh),
);
