import { existsSync, readFileSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import { parse, type Root, Type } from "protobufjs";
import { FileDescriptorProto, type IFileDescriptorProto } from "protobufjs/ext/descriptor";
import { describe, expect, it } from "vitest";
import { CRI_PROTO } from "./cri-proto.ts";

const CONTAINERD = "/usr/bin/containerd";

/** containerd embeds the compressed descriptors of its services. */
function descriptorOf(wanted: string): IFileDescriptorProto | undefined {
  const binary = readFileSync(CONTAINERD);
  const magic = Buffer.from([0x1f, 0x8b, 8]);
  for (let at = binary.indexOf(magic); at >= 0; at = binary.indexOf(magic, at + 1)) {
    try {
      const raw = gunzipSync(binary.subarray(at, at + 2_000_000), { finishFlush: constants.Z_SYNC_FLUSH });
      const file = FileDescriptorProto.decode(raw) as IFileDescriptorProto & { package?: string };
      if (file.package === wanted) return file;
    } catch {
      // Those three bytes were something else.
    }
  }
  return undefined;
}

/** Newer than the oldest runtimes, which ignore them. */
const NEWER = new Set([
  "ContainerConfig.stop_signal",
  "ContainerStatus.user",
  "LinuxContainerSecurityContext.supplemental_groups_policy",
  "LinuxSandboxSecurityContext.supplemental_groups_policy",
  "Mount.gidMappings",
  "Mount.recursive_read_only",
  "Mount.uidMappings",
  "NamespaceOption.userns_options",
  "StatusResponse.features",
  "StatusResponse.runtime_handlers",
]);
const NEWER_TYPES = new Set([
  "ContainerUser",
  "IDMapping",
  "LinuxContainerUser",
  "RuntimeFeatures",
  "RuntimeHandler",
  "RuntimeHandlerFeatures",
  "UserNamespace",
]);

const isNewer = (type: string, field: string): boolean => NEWER_TYPES.has(type) || NEWER.has(`${type}.${field}`);

const typesOf = (root: Root): Type[] =>
  (root.lookup("runtime.v1") as Root).nestedArray.filter((one) => one instanceof Type);

describe.skipIf(!existsSync(CONTAINERD))("the runtime interface (with containerd installed)", () => {
  it("the CRI proto has the same field numbers as containerd's", () => {
    const theirs = new Map(
      (descriptorOf("runtime.v1")?.messageType ?? []).map(({ name, field }) => [
        name,
        new Map((field ?? []).map((one) => [one.name, one.number])),
      ]),
    );
    expect(theirs.size).toBeGreaterThan(100);
    const wrong = typesOf(parse(CRI_PROTO, { keepCase: true }).root).flatMap(({ name, fieldsArray }) =>
      fieldsArray
        .filter((field) => theirs.get(name)?.get(field.name) !== field.id)
        .filter((field) => theirs.get(name)?.get(field.name) !== undefined || !isNewer(name, field.name))
        .map((field) => `${name}.${field.name}`),
    );
    expect(wrong).toEqual([]);
  });
});
