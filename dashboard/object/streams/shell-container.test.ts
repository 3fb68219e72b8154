import { expect, test } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { shellContainer, shellContainersOf, whyNoShell } from "./shell-container.ts";

const running = { running: { startedAt: "2026-11-29T10:00:00Z" } };
const pod = {
  spec: {
    initContainers: [{ name: "prepare" }],
    containers: [{ name: "web" }, { name: "proxy" }],
    ephemeralContainers: [
      { name: "debugger-1", stdin: true, tty: true },
      { name: "probe", stdin: false },
    ],
  },
  status: {
    containerStatuses: [
      { name: "web", containerID: "containerd://1", state: running },
      { name: "proxy", containerID: "process://2", state: running },
    ],
    ephemeralContainerStatuses: [
      { name: "debugger-1", state: running },
      { name: "probe", state: { terminated: { exitCode: 0, reason: "Completed" } } },
    ],
  },
} as unknown as Pod;

test("a shell opens in the named container, but in no init container", () => {
  expect(shellContainersOf(pod).map(({ name }) => name)).toEqual(["web", "proxy", "debugger-1", "probe"]);
  expect([undefined, "prepare", "proxy"].map((name) => shellContainer(pod, name).name)).toEqual([
    "web",
    "web",
    "proxy",
  ]);
});

test.each([
  ["web", { program: "shell", terminal: true, running: true }],
  ["proxy", { program: "shell", terminal: false, running: true }],
  ["debugger-1", { program: "main", terminal: true, running: true }],
  ["probe", { program: "shell", running: false }],
  ["just-added", { program: "shell", running: false, container: undefined }],
])("of %s it is %j", (name, expected) => expect(shellContainer(pod, name)).toMatchObject(expected));

test("a debug container that has ended does not begin again, others may", () => {
  expect(whyNoShell(shellContainer(pod, "probe").container)).toMatch(
    /^Completed\. A debug container does not begin again/,
  );
  expect(whyNoShell(undefined)).toBe("It has not begun yet. The shell opens when it runs.");
});
