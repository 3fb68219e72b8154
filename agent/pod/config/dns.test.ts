import { describe, expect, it } from "vitest";
import type { Pod, PodSpec } from "../../../api/generated/core.v1.ts";
import { parseResolvConf } from "../../node/resolv-conf.ts";
import { podDns } from "./dns.ts";

const machine = parseResolvConf(`# made by hand
nameserver 1.1.1.1
search corp.example. .
options timeout:1 rotate
`);
const node = { clusterServers: ["10.96.0.10"], clusterDomain: "cluster.local", machine };
const pod = (spec: Partial<PodSpec>): Pod => ({
  metadata: { name: "p", namespace: "ns", uid: "u" },
  spec: { containers: [], ...spec },
  status: {},
});
const CLUSTER = ["ns.svc.cluster.local", "svc.cluster.local", "cluster.local"];

describe("DNS-POD: the resolver configuration of a pod", () => {
  it.each([
    [{}, ["10.96.0.10"], [...CLUSTER, "corp.example"], ["ndots:5"]],
    [{ dnsPolicy: "Default" }, ["1.1.1.1"], ["corp.example"], ["timeout:1", "rotate"]],
    [{ hostNetwork: true }, ["1.1.1.1"], ["corp.example"], ["timeout:1", "rotate"]],
    [{ dnsPolicy: "None" }, [], [], []],
  ])("with %j is set by its DNS policy", (spec, servers, searches, options) =>
    expect(podDns(pod(spec), node)).toEqual({ config: { servers, searches, options }, warnings: [] }),
  );

  it("is extended by dnsConfig without duplicates, overriding options by name", () => {
    const dnsConfig = {
      nameservers: ["10.96.0.10", "9.9.9.9"],
      searches: ["svc.cluster.local", "own"],
      options: [{ name: "ndots", value: "2" }, { name: "edns0" }],
    };
    expect(podDns(pod({ dnsConfig }), node).config).toEqual({
      servers: ["10.96.0.10", "9.9.9.9"],
      searches: [...CLUSTER, "corp.example", "own"],
      options: ["ndots:2", "edns0"],
    });
  });

  it("is truncated to the limits of resolvers, with a warning", () => {
    const dnsConfig = {
      nameservers: ["1.0.0.1", "1.0.0.2", "1.0.0.3"],
      searches: Array.from({ length: 30 }, (_, i) => `${"x".repeat(100)}${i}`),
    };
    const { config, warnings } = podDns(pod({ dnsConfig }), node);
    expect(config.servers).toEqual(["10.96.0.10", "1.0.0.1", "1.0.0.2"]);
    expect(config.searches.join(" ").length).toBeLessThanOrEqual(2048);
    expect(warnings).toEqual([
      {
        reason: "DNSConfigForming",
        message:
          "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.96.0.10 1.0.0.1 1.0.0.2",
      },
      {
        reason: "DNSConfigForming",
        message: `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${config.searches.join(" ")}`,
      },
    ]);
  });

  it("is the machine's if the cluster has no DNS", () =>
    expect(podDns(pod({}), { ...node, clusterServers: [] }).config.servers).toEqual(["1.1.1.1"]));
});
