import { describe, expect, it } from "vitest";
import type { Pod, PodSpec } from "../../../api/generated/core.v1.ts";
import { hostsFile, kernelHostname, podHostname } from "./hostname.ts";

const podOf = (spec: Partial<PodSpec>, name = "web-0"): Pod => ({
  metadata: { name, namespace: "shop" },
  spec: { containers: [{ name: "c" }], ...spec },
  status: {},
});
const DOMAIN = "cluster.local";

describe("the hostname of a pod", () => {
  it.each<[string, Pod, string, string]>([
    ["the pod's name", podOf({}), "web-0", ""],
    ["the hostname in its spec", podOf({ hostname: "db" }), "db", ""],
    ["qualified by its subdomain", podOf({ subdomain: "web" }), "web-0", "web.shop.svc.cluster.local"],
    [
      "the hostnameOverride above all",
      podOf({ hostnameOverride: "other.example.com", subdomain: "web" }),
      "other.example.com",
      "",
    ],
    [
      "truncated to 63 characters, not ending in a dash or a dot",
      podOf({}, `${"a".repeat(62)}-.b`),
      "a".repeat(62),
      "",
    ],
  ])("is %s", (_, pod, hostname, domain) => expect(podHostname(pod, DOMAIN)).toEqual({ hostname, domain }));

  it("is fully qualified in the kernel only if setHostnameAsFQDN is set and there is a domain", () => {
    const names = (spec: Partial<PodSpec>) => {
      const pod = podOf(spec);
      return kernelHostname(pod, podHostname(pod, DOMAIN));
    };
    expect(names({ subdomain: "web" })).toBe("web-0");
    expect(names({ subdomain: "web", setHostnameAsFQDN: true })).toBe("web-0.web.shop.svc.cluster.local");
    expect(names({ setHostnameAsFQDN: true })).toBe("web-0");
  });
});

describe("/etc/hosts", () => {
  const hosts = (spec: Partial<PodSpec>) => {
    const pod = podOf(spec);
    const facts = { podIPs: ["10.244.0.5", "fd00::5"], nodeHosts: "127.0.0.1 machine\n" };
    return hostsFile(pod, podHostname(pod, DOMAIN), facts).split("\n");
  };

  it("lists each pod address with its names, followed by hostAliases", () => {
    const lines = hosts({ subdomain: "web", hostAliases: [{ ip: "192.0.2.1", hostnames: ["a", "b"] }] });
    expect(lines.slice(-6)).toEqual([
      "10.244.0.5\tweb-0.web.shop.svc.cluster.local\tweb-0",
      "fd00::5\tweb-0.web.shop.svc.cluster.local\tweb-0",
      "",
      "# Entries added by HostAliases.",
      "192.0.2.1\ta\tb",
      "",
    ]);
    expect(lines).toContain("127.0.0.1\tlocalhost");
  });

  it("is the machine's if the pod uses the host network", () => {
    expect(hosts({ hostNetwork: true })).toEqual([
      "# Kubernetes-managed hosts file (host network).",
      "127.0.0.1 machine",
      "",
    ]);
  });
});
