import { expect, test } from "vitest";
import { type ForwardedPort, portForward } from "./port-forward.ts";

const line = (...ports: ForwardedPort[]) => portForward({ namespace: "shop", target: "pod/web", ports });

test.each<[string, string, ForwardedPort[]]>([
  ["privileged ports from unprivileged local ones", "8080:80 9090", [{ port: 80 }, { port: 9090 }]],
  ["no two from the same local port", "9080:80 8080", [{ port: 80 }, { port: 8080 }]],
  ["the same port of two containers once", "9090", [{ port: 9090 }, { port: 9090 }]],
  [
    "only TCP",
    "8053:53",
    [
      { port: 53, protocol: "UDP" },
      { port: 53, protocol: "TCP" },
    ],
  ],
])("it forwards %s", (_, pairs, ports) => expect(line(...ports)).toBe(`kubectl port-forward -n shop pod/web ${pairs}`));

test("without a TCP port there is no line", () => expect(line({ port: 53, protocol: "UDP" })).toBe(""));
