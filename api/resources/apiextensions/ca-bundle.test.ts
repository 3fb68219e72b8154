import { describe, expect, test } from "vitest";
import type { CustomResourceDefinition } from "../../generated/apiextensions.v1.ts";
import { encodeBase64 } from "../../machinery/encoding/base64.ts";
import { utf8Bytes } from "../../machinery/encoding/utf8.ts";
import * as der from "../../machinery/x509/der.ts";
import { renderPem } from "../../machinery/x509/pem.ts";
import { caBundleProblem, validateBundle } from "./ca-bundle.ts";

const bundle = (text: string) => encodeBase64(utf8Bytes(text));
const certificate = der.sequence(der.sequence(), der.sequence(), der.bitString(new Uint8Array([1])));
const good = bundle(renderPem("CERTIFICATE", certificate));

describe("CRD-BUNDLE: a CA bundle must contain PEM certificates", () => {
  test.each([
    ["one among others", bundle(renderPem("KEY", certificate) + renderPem("CERTIFICATE", certificate)), undefined],
    ["no PEM", bundle("\n"), "unable to parse bytes as PEM block"],
    ["none at all", bundle(renderPem("KEY", certificate)), "no valid certificate authority data seen"],
    [
      "something other than PEM",
      bundle(renderPem("CERTIFICATE", utf8Bytes("foo"))),
      "failed to parse certificate: x509: malformed certificate",
    ],
  ])("%s", (_, base64, problem) => {
    expect(caBundleProblem(base64)).toBe(problem && `unable to load root certificates: ${problem}`);
  });
});

test("CRD-BUNDLE: an established definition refuses an invalid bundle, unless it already had one", () => {
  const definition = (caBundle: string, established: boolean) =>
    ({
      spec: { conversion: { strategy: "Webhook", webhook: { clientConfig: { caBundle } } } },
      status: { conditions: [{ type: "Established", status: established ? "True" : "False" }] },
    }) as CustomResourceDefinition;
  const bad = bundle("none");
  const reported = (old: CustomResourceDefinition, next: string) =>
    validateBundle(definition(next, true), old).map(({ path }) => path);
  expect(reported(definition(good, true), bad)).toEqual(["spec.conversion.webhookClientConfig.caBundle"]);
  expect(reported(definition("", true), bad)).toHaveLength(1);
  expect(reported(definition(good, true), good)).toEqual([]);
  expect(reported(definition(bad, true), bad)).toEqual([]);
  expect(reported(definition(good, false), bad)).toEqual([]);
});
