import { describe, expect, it } from "vitest";
import type { Container, Pod } from "../../api/generated/core.v1.ts";
import { formatMap, offeredTo, resourceValue } from "./field-ref.ts";

const containerOf = (limits: Record<string, string>): Container => ({ name: "c", resources: { limits } });
const podOf = (limits: Record<string, string>): Pod => ({
  metadata: { name: "p" },
  spec: { containers: [], resources: { limits } },
  status: {},
});
const node = { cpu: "4", memory: "8Gi" };

describe("the downward API", () => {
  it.each([
    [{}, {}, "limits.cpu", "1", "4"],
    [{ cpu: "0" }, {}, "limits.cpu", "1", "4"],
    [{ cpu: "1500m" }, {}, "limits.cpu", "1", "2"],
    [{ cpu: "1500m" }, {}, "limits.cpu", "1m", "1500"],
    [{}, { cpu: "2" }, "limits.cpu", "1", "2"],
    [{ cpu: "1" }, { cpu: "2" }, "limits.cpu", "1", "1"],
    [{}, { memory: "1Gi" }, "limits.memory", "1Mi", "1024"],
    [{}, {}, "requests.memory", "1", "0"],
    [{ "hugepages-2Mi": "4Mi" }, {}, "limits.hugepages-2Mi", "1Mi", "4"],
    [{}, {}, "limits.hugepages-2Mi", "1", "0"],
  ])(
    "resolves a resource of the container, with the pod's or node's as fallback (%j, %j, %s)",
    (own, pod, resource, divisor, value) =>
      expect(resourceValue(containerOf(own), { resource, divisor }, offeredTo(podOf(pod), node))).toBe(value),
  );

  it("quotes values like Go", () =>
    expect(formatMap({ b: "line\n\u0001\u007f", a: 'say "hi" \\ ü' })).toBe(
      'a="say \\"hi\\" \\\\ ü"\nb="line\\n\\x01\\x7f"',
    ));
});
