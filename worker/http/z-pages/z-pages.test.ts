import { expect, test } from "vitest";
import { flagPage, statusPage, zText } from "../../../api/z-pages.ts";
import { componentRoles } from "../../bootstrap/roles/components.ts";
import { parseAccept } from "../response/negotiate.ts";
import { zForm, zObject, zWarnings } from "./z-form.ts";

const STATUSZ = "g=config.k8s.io;as=Statusz";

test.each([
  ["", "text"],
  ["text/plain", "text"],
  ["*/*", "text"],
  [`application/json;v=foo;${STATUSZ},*/*`, "text"],
  [`application/json;v=v1beta1;${STATUSZ}`, "application/json v1beta1"],
  [`application/yaml;v=v1beta1;${STATUSZ}`, "application/yaml v1beta1"],
  [`application/json;v=v1alpha1;${STATUSZ},application/json;v=v1beta1;${STATUSZ}`, "application/json v1alpha1"],
  ["application/json", undefined],
  ["application/json;v=v1beta1;g=config.k8s.io", undefined],
  ["application/json;v=v1beta1;g=config.k8s.io;as=Flagz", undefined],
  [`application/vnd.kubernetes.protobuf;v=v1beta1;${STATUSZ}`, undefined],
  ["application/xml", undefined],
])("WIRE-ZPAGES: Accept %j", (accept, expected) => {
  const form = zForm("Statusz", parseAccept(accept));
  expect(form?.as === "object" ? `${form.type} ${form.version}` : form?.as).toBe(expected);
});

const status = statusPage({
  component: "apiserver",
  now: Date.UTC(2026, 10, 8, 9, 3, 4),
  startedAt: Date.UTC(2026, 10, 8, 7, 0, 1),
  runtime: "workerd",
  binaryVersion: "1.36.2",
  emulationVersion: "1.36",
  paths: ["/", "/api/v1", "/apis", "/healthz", "/healthz/ping", "/version"],
});

test("WIRE-ZPAGES: the default format is plain text", () => {
  const [empty, title, warning, ...lines] = zText(status).split("\n");
  expect([empty, title]).toEqual(["", "apiserver statusz"]);
  expect(warning).toContain("not meant to be machine parseable");
  expect(lines.slice(1)).toEqual([
    "Started: Sun Nov  8 07:00:01 UTC 2026",
    "Up: 2 hr 03 min 03 sec",
    "Go version: workerd",
    "Binary version: 1.36.2",
    "Emulation version: 1.36",
    "Paths: /healthz /version",
    "",
  ]);
  expect(
    zText(flagPage("apiserver", { b: "2", a: "1" }))
      .split("\n")
      .slice(3),
  ).toEqual(["a=1", "b=2", ""]);
});

test("WIRE-ZPAGES: an object has the requested version, with a warning if that version is deprecated", () => {
  expect(zObject(status, "v1beta1")).toMatchObject({
    kind: "Statusz",
    apiVersion: "config.k8s.io/v1beta1",
    metadata: { name: "apiserver" },
    startTime: "2026-11-08T07:00:01Z",
    uptimeSeconds: 7383,
    paths: ["/healthz", "/version"],
  });
  expect(zWarnings("Statusz", "v1beta1")).toEqual([]);
  expect(zWarnings("Flagz", "v1alpha1")).toEqual([
    "This version of the flagz endpoint is deprecated. Please use a newer version.",
  ]);
});

test("WIRE-ZPAGES: system:monitoring may read both pages", () => {
  const paths = componentRoles["system:monitoring"]?.flatMap(({ nonResourceURLs = [] }) => nonResourceURLs);
  expect(paths).toEqual(expect.arrayContaining(["/flagz", "/statusz"]));
});
