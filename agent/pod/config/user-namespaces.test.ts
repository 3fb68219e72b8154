import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { checkUserNamespaces, chooseRange, userNamespaceOf } from "./user-namespaces.ts";

const LENGTH = 65_536;
const HIGHEST = 65_535 * LENGTH;

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});

const podOf = (uid: string, hostUsers?: boolean): Pod => ({
  metadata: { name: uid, namespace: "n", uid },
  spec: { containers: [], ...(hostUsers === undefined ? {} : { hostUsers }) },
  status: {},
});

describe("AGENT-USERS: the user namespace of a pod", () => {
  it("overlaps neither the machine's users nor another pod's", () => {
    expect(chooseRange(new Set(), 0)).toBe(LENGTH);
    expect(chooseRange(new Set([LENGTH, 2 * LENGTH]), 0)).toBe(3 * LENGTH);
    expect(chooseRange(new Set(), 0.999_999_9)).toBe(HIGHEST);
    expect(chooseRange(new Set([HIGHEST]), 0.999_999_9)).toBe(LENGTH);
  });

  it("is refused if all ranges are taken", () => {
    const all = new Set(Array.from({ length: 65_535 }, (_, index) => (index + 1) * LENGTH));
    expect(() => chooseRange(all, 0.5)).toThrow("could not find an empty slot to allocate a user namespace");
  });

  it("survives agent restarts, and is freed with the pod's directory", () => {
    const first = userNamespaceOf(podOf("a", false), directory);
    expect(userNamespaceOf(podOf("a", false), directory)).toEqual(first);
    expect(JSON.parse(readFileSync(join(directory, "a", "userns"), "utf8"))).toEqual(first);
    expect(userNamespaceOf(podOf("b", false), directory)).not.toEqual(first);
    rmSync(join(directory, "a"), { recursive: true });
    expect(userNamespaceOf(podOf("a", false), directory)?.length).toBe(LENGTH);
  });

  it.each([undefined, true])("is the machine's if hostUsers is %s", (hostUsers) => {
    expect(userNamespaceOf(podOf("a", hostUsers), directory)).toBeUndefined();
  });

  it("is refused if the runtime handler does not support it", () => {
    const can = { recursiveReadOnlyMounts: true, userNamespaces: true };
    const handlers = new Map([
      ["", can],
      ["old", { ...can, userNamespaces: false }],
    ]);
    expect(() => checkUserNamespaces({ handlers }, "")).not.toThrow();
    const cannot = "can't set `spec.hostUsers: false`, ";
    expect(() => checkUserNamespaces(undefined, "")).toThrow(`${cannot}runtime does not support user namespaces`);
    const old = `${cannot}RuntimeClass handler "old" does not support user namespaces`;
    expect(() => checkUserNamespaces({ handlers }, "old")).toThrow(new Error(old));
    const other = `${cannot}RuntimeClass handler "other" does not support user namespaces: the handler "other" is not known`;
    expect(() => checkUserNamespaces({ handlers }, "other")).toThrow(new Error(other));
  });
});
