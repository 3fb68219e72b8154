import { describe, expect, it } from "vitest";
import { dnsLabel, labelValue, nameIsSubdomain, pathSegmentName, qualifiedName, relaxedEnvVarName } from "./names.ts";

describe("names", () => {
  it.each([
    ["a", []],
    ["a.b", ["must not contain dots"]],
    ["a".repeat(64), ["must be no more than 63 characters"]],
  ])("as a DNS label: %s", (text, problems) => expect(dnsLabel(text)).toEqual(problems));

  it("allow a generateName that ends in a dash", () => {
    expect(nameIsSubdomain("web-", "generateName")).toEqual([]);
    expect(nameIsSubdomain("web-", "name")).toHaveLength(1);
  });

  it.each(["app", "a.example.com/B_c", "1"])("as a label key: %s", (key) => expect(qualifiedName(key)).toEqual([]));

  it("report which part of a label key is invalid", () => {
    expect(qualifiedName("/x")).toEqual(["prefix part must be non-empty"]);
    expect(qualifiedName("UP/x")[0]).toMatch(/^prefix part a lowercase RFC 1123 subdomain/);
    expect(qualifiedName("a/")).toEqual([
      "name part must be non-empty",
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ]);
    expect(qualifiedName("a/b/c")[0]).toMatch(/^a valid label key .* with an optional DNS subdomain prefix/);
  });

  it("allow empty label values and count their bytes", () => {
    expect(labelValue("")).toEqual([]);
    expect(labelValue("x".repeat(64))).toEqual(["must be no more than 63 bytes"]);
  });

  it("refuse characters that break a path", () => {
    expect(pathSegmentName("a/b%")).toEqual(["may not contain '/'", "may not contain '%'"]);
    expect(pathSegmentName("..")).toEqual(["may not be '..'"]);
  });

  it("allow unusual names of environment variables", () => {
    expect(relaxedEnvVarName("1 a,$(x)")).toEqual([]);
    expect(relaxedEnvVarName("a=b")).toHaveLength(1);
  });
});
