import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { nodeWords, parseAmounts, parseLabels, parseTaints, withNodeOptions } from "./node-options.ts";

describe("options of a node", () => {
  it("parse labels as the kubelet does", () => {
    expect(parseLabels("zone=a,example.com/disk=")).toEqual({ zone: "a", "example.com/disk": "" });
    expect(() => parseLabels("zone=a,disk=b c")).toThrow(/^"disk=b c" is not of the form key=value/);
  });

  it("parse taints with or without a value", () => {
    expect(parseTaints("gpu=yes:NoSchedule,own:NoExecute")).toEqual([
      { key: "gpu", value: "yes", effect: "NoSchedule" },
      { key: "own", effect: "NoExecute" },
    ]);
    expect(() => parseTaints("own:NoExecute,gpu=yes:Never")).toThrow(/^"gpu=yes:Never" is not .*NoSchedule/);
  });

  it("parse resource quantities", () => {
    expect(parseAmounts("cpu=500m,memory=1Gi")).toEqual({ cpu: "500m", memory: "1Gi" });
    expect(() => parseAmounts("cpu=500m,memory=much")).toThrow(/^memory is no amount/);
    expect(() => parseAmounts("cpu=")).toThrow(/^cpu is no amount/);
  });

  it("are rejected before anything starts if invalid", () => {
    const command = withNodeOptions(new Command("up").exitOverride().configureOutput({ writeErr: () => {} })).action(
      () => {},
    );
    const parse = (...words: string[]) => command.parse(words, { from: "user" });
    expect(() => parse("--eviction-hard", "memory<1Gi")).toThrow(/"memory" is not an eviction signal/);
    expect(() => parse("--eviction-hard", "memory.available<much")).toThrow(/"much" is neither/);
    expect(parse("--eviction-hard", "memory.available<5%").opts()).toMatchObject({
      evictionHard: "memory.available<5%",
    });
    expect(() => parse("--eviction-soft", "nodefs.available<5%")).toThrow(
      /grace period must be specified for the soft/,
    );
    expect(() => parse("--eviction-max-pod-grace-period", "1m")).toThrow(/number of seconds/);
    for (const port of ["0", "65536", "10250/tcp"])
      expect(() => parse("--kubelet-port", port)).toThrow(/It is a number/);
    expect(parse("--kubelet-port", "10250").opts()).toMatchObject({ kubeletPort: 10250 });
  });

  it("survive a round trip through the command line", () => {
    const options = {
      nodeName: "n",
      runtime: "cri",
      nodeLabels: { zone: "a" },
      registerWithTaints: parseTaints("own:NoExecute"),
      evictionHard: "memory.available<1Gi",
      evictionMaxPodGracePeriod: 60,
      systemReserved: { cpu: "500m", memory: "1Gi" },
      seccompDefault: true,
      podMaxPids: 4096,
      localVolumes: "/srv/volumes",
      kubeletPort: 10250,
    } as const;
    const words = nodeWords(options);
    expect(words.join(" ")).toBe(
      "--node-name n --runtime cri --node-labels zone=a --register-with-taints own=:NoExecute --eviction-hard memory.available<1Gi --eviction-max-pod-grace-period 60 --system-reserved cpu=500m,memory=1Gi --seccomp-default --pod-max-pids 4096 --local-volumes /srv/volumes --kubelet-port 10250",
    );
    expect(parseTaints("own=:NoExecute")).toEqual(options.registerWithTaints);
  });
});
