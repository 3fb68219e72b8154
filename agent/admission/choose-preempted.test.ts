import { describe, expect, it } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { requestingPod as pod } from "../../test/fakes/node/requesting-pod.ts";
import { choosePreempted, printLacks } from "./choose-preempted.ts";

const CRITICAL = 2_000_001_000;

describe("preemption for a critical pod", () => {
  const lack = (nanos: number) => [{ resource: "memory", nanos: BigInt(nanos) * 1_000_000_000n }];
  const names = (lacks: ReturnType<typeof lack>, ...pods: Pod[]) => {
    const chosen = choosePreempted(pod("critical", { priority: CRITICAL }), pods, lacks);
    return chosen.ok ? chosen.pods.map(({ metadata }) => metadata.name) : printLacks(chosen.missing);
  };
  const burstable = (name: string, memory: string) => pod(name, { memory });
  const guaranteed = (name: string, memory: string) => pod(name, { memory, cpu: "1", limited: true });

  it("chooses the smallest sufficient pod of the lowest QoS class", () => {
    expect(names(lack(100), burstable("small", "50"), burstable("fits", "150"), burstable("large", "500"))).toEqual([
      "fits",
    ]);
    expect(names(lack(100), guaranteed("g", "100"), burstable("b", "100"))).toEqual(["b"]);
    expect(names(lack(150), guaranteed("g", "100"), burstable("b", "100"))).toEqual(["b", "g"]);
  });

  it("chooses the pod that comes closest in all lacking resources, and the smaller of two equals", () => {
    const lacks = [
      { resource: "memory", nanos: 100n * 1_000_000_000n },
      { resource: "cpu", nanos: 1_000_000_000n },
    ];
    const names = (...pods: Pod[]) => {
      const chosen = choosePreempted(pod("critical", { priority: CRITICAL }), pods, lacks);
      return chosen.ok ? chosen.pods.map(({ metadata }) => metadata.name) : [];
    };
    const of = (name: string, memory: string, cpu: string) => pod(name, { memory, cpu });
    // Half of both is closer than all of one.
    expect(names(of("memory", "100", "0"), of("half", "50", "500m"), of("rest", "50", "500m"))).toEqual([
      "half",
      "rest",
    ]);
    expect(names(of("large", "300", "1"), of("small", "200", "1"))).toEqual(["small"]);
    expect(names(of("more", "200", "3"), of("less", "200", "2"))).toEqual(["less"]);
    expect(names(of("first", "200", "2"), of("second", "200", "2"))).toEqual(["first"]);
    // An excess of one resource does not make up for the other.
    expect(names(of("much", "900", "100m"), of("near", "90", "900m"), of("x", "20", "900m"))[0]).toBe("near");
  });

  it("chooses a pod without requests only if the node has too many pods", () => {
    const lacks = [{ resource: "pods", nanos: 1_000_000_000n }];
    const chosen = choosePreempted(pod("critical", { priority: CRITICAL }), [pod("a"), burstable("b", "1")], lacks);
    expect(chosen.ok && chosen.pods.map(({ metadata }) => metadata.name)).toEqual(["a"]);
    expect(names(lack(100), pod("nothing"), burstable("b", "100"))).toEqual(["b"]);
  });

  it("favours pods of higher priority, critical or not", () => {
    const for_ = (priority: number | undefined, other: number | undefined) => {
      const asking = pod("p", priority === undefined ? {} : { priority });
      const there = pod("q", { memory: "100", ...(other === undefined ? {} : { priority: other }) });
      return choosePreempted(asking, [there], lack(100)).ok;
    };
    expect([for_(2, 1), for_(1, undefined), for_(undefined, -1)]).toEqual([true, true, true]);
    expect([for_(1, 1), for_(1, 2), for_(undefined, undefined), for_(-1, undefined)]).toEqual(Array(4).fill(false));
    expect(for_(CRITICAL + 1, CRITICAL)).toBe(true);
  });

  it("chooses no critical pod, and no pods that would not free enough", () => {
    expect(names(lack(100), pod("other", { memory: "100", priority: CRITICAL }))).toBe("[(res: memory, q: 100), ]");
    expect(names(lack(1000), burstable("b", "100"))).toBe("[(res: memory, q: 900), ]");
  });
});
