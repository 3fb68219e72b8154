import { expect, it } from "vitest";
import type { VolumeFile } from "../../../pod-spec/pod-objects.ts";
import { containerEnv } from "./env.ts";

const file = { path: "/pods/u/volumes/v/env", text: "A='1'\n" };

/** The value that a container gets for a variable from a file, or the error. */
function fromFile(key: string, found: VolumeFile | undefined, optional = false): string | undefined {
  const fileKeyRef = { volumeName: "v", path: "env", key, optional };
  const container = { name: "c", env: [{ name: "X", valueFrom: { fileKeyRef } }] };
  const objects = {
    configMap: () => undefined,
    secret: () => undefined,
    claim: () => undefined,
    services: () => [],
  };
  const variables = containerEnv({
    pod: { metadata: { name: "p", namespace: "n" }, spec: { containers: [container] }, status: {} },
    container,
    objects,
    addresses: { hostIPs: [], podIPs: [] },
    allocatable: {},
    volumeFile: () => found,
  });
  return variables.find(({ name }) => name === "X")?.value;
}

it("a variable may come from a file, and be missing if optional", () => {
  expect(fromFile("A", file)).toBe("1");
  expect(fromFile("B", file, true)).toBeUndefined();
});

it.each([
  ["lacks the variable", file, false, 'environment variable key "B" not found in file "/pods/u/volumes/v/env"'],
  ["is not a valid env file", { ...file, text: "A=1" }, true, "couldn't parse env file"],
  ["does not exist", { path: file.path }, true, "couldn't parse env file"],
  ["is in no volume", undefined, true, 'cannot find the volume "v" referenced by FileKeyRef'],
])("a file that %s fails the container with the kubelet's message", (_, found, optional, message) => {
  expect(() => fromFile("B", found, optional)).toThrow(message);
});

it("a key of a ConfigMap or Secret is only what it holds", () => {
  const container = {
    name: "c",
    env: [
      { name: "M", valueFrom: { configMapKeyRef: { name: "m", key: "constructor", optional: true } } },
      { name: "S", valueFrom: { secretKeyRef: { name: "s", key: "toString", optional: true } } },
    ],
  };
  const metadata = { name: "x" };
  const variables = containerEnv({
    pod: { metadata: { name: "p", namespace: "n" }, spec: { containers: [container] }, status: {} },
    container,
    objects: {
      configMap: () => ({ metadata, data: {} }),
      secret: () => ({ metadata, data: {} }),
      claim: () => undefined,
      services: () => [],
    },
    addresses: { hostIPs: [], podIPs: [] },
    allocatable: {},
    volumeFile: () => undefined,
  });
  expect(variables.filter(({ name }) => name === "M" || name === "S")).toEqual([]);
});
