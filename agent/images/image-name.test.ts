import { describe, expect, it } from "vitest";
import { registryAndRest, whyNoImageName } from "./image-name.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("an image name", () => {
  it.each([
    "busybox",
    "busybox:1",
    "me/app",
    "localhost/a_b/c--d:v1.2-x",
    "localhost:5000/app",
    `registry.example.com/a@${digest}`,
    `Host/app:1@${digest}`,
  ])("may be %s", (name) => expect(whyNoImageName(name)).toBeUndefined());

  it.each([
    ["busyBox", "invalid reference format: repository name (library/busyBox) must be lowercase"],
    [":tag", "invalid reference format"],
    ["a//b", "invalid reference format"],
    ["a b", "invalid reference format"],
    ["UPPER/Case::x", "invalid reference format: repository name (Case) must be lowercase"],
    ["f".repeat(64), `invalid repository name (${"f".repeat(64)}), cannot specify 64-byte hexadecimal strings`],
  ])("may not be %s", (name, why) => expect(whyNoImageName(name)).toBe(why));

  it("without a registry means docker.io", () => {
    expect(registryAndRest("busybox")).toEqual({ registry: "docker.io", rest: "library/busybox" });
    expect(registryAndRest("me/app").registry).toBe("docker.io");
    expect(registryAndRest("localhost/app").registry).toBe("localhost");
  });
});
