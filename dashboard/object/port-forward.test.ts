import { expect, test } from "vitest";
import { portForward } from "./port-forward.ts";

test("privileged ports are forwarded from unprivileged local ones", () => {
  expect(portForward({ namespace: "shop", target: "pod/web", ports: [80, 9090] })).toBe(
    "kubectl port-forward -n shop pod/web 8080:80 9090",
  );
});
