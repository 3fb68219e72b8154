import { expect, test } from "vitest";
import { type DebugOptions, debugCommand, debugContainer, isImage } from "./debug-container.ts";

const usual: DebugOptions = { image: "busybox", target: "web", profile: "general", plain: false };
const pod = { namespace: "shop", name: "web-1" };

test("a debug container is what kubectl debug would add", () => {
  expect(debugContainer("debugger-a", usual)).toEqual({
    name: "debugger-a",
    image: "busybox",
    stdin: true,
    tty: true,
    terminationMessagePolicy: "File",
    targetContainerName: "web",
    securityContext: { capabilities: { add: ["SYS_PTRACE"] } },
  });
  expect(debugCommand(pod, usual)).toBe("kubectl debug -it -n shop web-1 --image=busybox --target=web");
});

test("its profile decides what it may do", () => {
  const restricted: DebugOptions = { ...usual, target: "", profile: "restricted" };
  const { securityContext, targetContainerName } = debugContainer("d", restricted);
  expect(securityContext).toMatchObject({ runAsNonRoot: true, capabilities: { drop: ["ALL"] } });
  expect(targetContainerName).toBeUndefined();
  expect(debugCommand(pod, restricted)).toBe("kubectl debug -it -n shop web-1 --image=busybox --profile=restricted");
  expect(debugContainer("d", { ...usual, profile: "baseline" }).securityContext).toBeUndefined();
});

test("beside plain processes it is a shell of their machine, without a terminal", () => {
  const plain = { ...usual, plain: true };
  expect(debugContainer("d", plain)).toMatchObject({ tty: false, command: ["/bin/sh", "-i"] });
  expect(debugCommand(pod, plain)).toBe("kubectl debug -i -n shop web-1 --image=busybox --target=web -- /bin/sh -i");
});

test.each([
  ["busybox", true],
  ["registry.example:5000/tools/net_shoot:v1@sha256:abc", true],
  ["", false],
  ["a b", false],
  ["x;id", false],
  ["-x", false],
])("whether %j is an image: %s", (text, valid) => expect(isImage(text)).toBe(valid));
