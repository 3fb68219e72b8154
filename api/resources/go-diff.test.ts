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

it("escapes HTML characters, like Go's JSON", () => {
  expect(goDiff("core.v1.PodSpec", spec, { ...spec, schedulerName: "<a&b>" })).toContain(
    String.raw`+ "SchedulerName": "\u003ca\u0026b\u003e",`,
  );
});

it("shows host namespaces in the security context, as Kubernetes' internal type does", () => {
  expect(goDiff("core.v1.PodSpec", spec, { ...spec, hostNetwork: true })).toContain(
    '-  "HostNetwork": false,\n+  "HostNetwork": true,\n',
  );
});

it("shows both texts in full if too many lines differ", () => {
  const many = (prefix: string) => ({
    containers: [{ name: "c", env: Array.from({ length: 10_000 }, (_, i) => ({ name: prefix + i, value: "" })) }],
  });
  const lines = goDiff("core.v1.PodSpec", many("A"), many("B")).split("\n");
  const wherePlaced = (name: string) => lines.findIndex((line) => line.includes(`"${name}"`));
  expect(wherePlaced("A9999")).toBeGreaterThan(wherePlaced("A0"));
  expect(wherePlaced("B0")).toBeGreaterThan(wherePlaced("A9999"));
});

it("is empty for equal objects, and joins close changes into one hunk", () => {
  expect(goDiff("core.v1.PodSpec", spec, structuredClone(spec))).toBe("");
  const two = { ...spec, restartPolicy: "Never", dnsPolicy: "Default" };
  expect(goDiff("core.v1.PodSpec", spec, two).match(/@@ /g)).toHaveLength(1);
});
