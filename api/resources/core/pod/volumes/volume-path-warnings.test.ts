import { expect, test } from "vitest";
import type { Volume } from "../../../../generated/core.v1.ts";
import { volumePathWarnings } from "./volume-path-warnings.ts";

const item = (path: string) => ({ key: "k", path });

test.each<[why: string, volume: Volume, warnings: string[]]>([
  ["files beside each other", { name: "v", configMap: { name: "m", items: [item("a"), item("ab")] } }, []],
  [
    "one file twice, a directory's stroke aside",
    { name: "v", configMap: { name: "m", items: [item("a"), item("a/")] } },
    ['volume "v" (ConfigMap "m"): overlapping paths: "a" with "a"'],
  ],
  [
    "a file in a file, either way around",
    { name: "v", secret: { secretName: "s", items: [item("a/b"), item("a"), item("a/b/c")] } },
    [
      'volume "v" (Secret "s"): overlapping paths: "a" with "a/b"',
      'volume "v" (Secret "s"): overlapping paths: "a/b/c" with "a/b"',
      'volume "v" (Secret "s"): overlapping paths: "a/b/c" with "a"',
    ],
  ],
  [
    "sources of a projected volume, and one that is none",
    {
      name: "v",
      projected: {
        sources: [{}, { serviceAccountToken: { path: "t" } }, { configMap: { name: "m", items: [item("t")] } }],
      },
    },
    [
      'volume "v" (Projected) has no sources provided',
      'volume "v" (Projected): overlapping paths: "t" (ConfigMap "m") with "t" (ServiceAccountToken)',
    ],
  ],
])("warns about %s", (_why, volume, warnings) => {
  expect(volumePathWarnings([volume])).toEqual(warnings);
});
