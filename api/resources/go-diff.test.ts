import { expect, it } from "vitest";
import { goDiff } from "./go-diff.ts";

const spec = { containers: [{ name: "c", image: "i" }], restartPolicy: "Always", schedulerName: "one" };

it("shows a changed field of a pod with Go's names and three lines around it", () => {
  expect(goDiff("core.v1.PodSpec", spec, { ...spec, schedulerName: "two" })).toBe(
    [
      "@@ -68,7 +68,7 @@",
      '  "Subdomain": "",',
      '  "SetHostnameAsFQDN": null,',
      '  "Affinity": null,',
      '- "SchedulerName": "one",',
      '+ "SchedulerName": "two",',
      '  "Tolerations": null,',
      '  "HostAliases": null,',
      '  "PriorityClassName": "",',
      "",
    ].join("\n"),
  );
});

it("keeps what the wire has on the spec with the security context, as Kubernetes does inside", () => {
  expect(goDiff("core.v1.PodSpec", spec, { ...spec, hostNetwork: true })).toContain(
    '-  "HostNetwork": false,\n+  "HostNetwork": true,\n',
  );
});

it("is empty where nothing differs, and makes one hunk of changes that are close", () => {
  expect(goDiff("core.v1.PodSpec", spec, structuredClone(spec))).toBe("");
  const two = { ...spec, restartPolicy: "Never", dnsPolicy: "Default" };
  expect(goDiff("core.v1.PodSpec", spec, two).match(/@@ /g)).toHaveLength(1);
});
