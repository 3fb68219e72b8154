import { describe, expect, it } from "vitest";
import { ConfigError } from "../../pod-spec/config-error.ts";
import {
  canMountRecursiveReadOnly,
  reportedRecursiveReadOnly,
  resolveRecursiveReadOnly,
} from "./recursive-read-only.ts";

const mount = (recursiveReadOnly?: string) => ({
  name: "v",
  mountPath: "/v",
  readOnly: true,
  ...(recursiveReadOnly === undefined ? {} : { recursiveReadOnly }),
});

describe("AGENT-READONLY: a recursive read-only mount", () => {
  it.each([
    [undefined, true, false, "Disabled"],
    ["Disabled", true, false, "Disabled"],
    ["IfPossible", true, true, "Enabled"],
    ["IfPossible", false, false, "Disabled"],
    ["Enabled", true, true, "Enabled"],
  ])("with recursiveReadOnly %s and runtime support %s is recursive: %s", (requested, isPossible, does, shown) => {
    expect(resolveRecursiveReadOnly(mount(requested), isPossible)).toBe(does);
    expect(reportedRecursiveReadOnly(mount(requested), isPossible)).toBe(shown);
  });

  it("keeps a container waiting if it is required but unsupported", () => {
    const of = () => resolveRecursiveReadOnly(mount("Enabled"), false);
    expect(of).toThrow(ConfigError);
    expect(of).toThrow('volume "v" requested recursive read-only mode, but it is not supported by the runtime');
    expect(reportedRecursiveReadOnly(mount("Enabled"), false)).toBe("Disabled");
  });

  it("depends on the pod's runtime handler", () => {
    const handlers = new Map([["", { recursiveReadOnlyMounts: true, userNamespaces: false }]]);
    expect(canMountRecursiveReadOnly({ handlers }, "")).toBe(true);
    expect(canMountRecursiveReadOnly({ handlers }, "other")).toBe(false);
    expect(canMountRecursiveReadOnly(undefined, "")).toBe(false);
  });
});
