import { expect, test } from "vitest";
import type { PersistentVolume } from "../../../generated/core.v1.ts";
import { MOUNT_OPTIONS_ANNOTATION, mountOptionErrors } from "./mount-options.ts";

test.each([
  [{ hostPath: { path: "/a" } }, true, 1],
  [{ csi: { driver: "d", volumeHandle: "h" } }, true, 1],
  [{ nfs: { server: "s", path: "/" } }, true, 0],
  [{ hostPath: { path: "/a" } }, false, 0],
])("%j options in an annotation (%j) are refused %i times", (spec, isAnnotated, times) => {
  const annotations = isAnnotated ? { [MOUNT_OPTIONS_ANNOTATION]: "ro" } : {};
  expect(mountOptionErrors({ metadata: { name: "v", annotations }, spec } as unknown as PersistentVolume)).toHaveLength(
    times,
  );
});
