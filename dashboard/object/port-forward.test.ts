import { expect, test } from "vitest";
import { portForward } from "./port-forward.ts";

test("ports that are root's on one's own machine are moved", () => {
  expect(portForward({ namespace: "shop", target: "pod/web", ports: [80, 9090] })).toBe(
    "kubectl port-forward -n shop pod/web 8080:80 9090",
  );
});
