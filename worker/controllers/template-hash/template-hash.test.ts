import { describe, expect, test } from "vitest";
import type { PodTemplateSpec } from "../../../api/generated/core.v1.ts";
import { structOf } from "../../../api/schema/table.ts";
import { filledObject } from "../../../test/fakes/objects/filled-object.ts";
import { dumpQuantity } from "./dump-quantity.ts";
import { dataHash, templateHash } from "./template-hash.ts";

const web: PodTemplateSpec = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "c", image: "nginx:1" }] },
};

/** With every field that a template can have, so that none can be missing, misnamed or misplaced unnoticed. */
function everyField(): PodTemplateSpec {
  const unset = new Set(["creationTimestamp", "deletionTimestamp", "managedFields"]);
  const filled = filledObject(structOf("core.v1.PodTemplateSpec"));
  return JSON.parse(JSON.stringify(filled, (key, value) => (unset.has(key) ? undefined : value)));
}

describe("CTL-HASH: hashes equal those of kube-controller-manager", () => {
  test("of a template", () => {
    expect(templateHash(web, undefined)).toBe("7b4444459d");
  });

  test("of a template with every field", () => {
    expect(templateHash(everyField(), undefined)).toBe("777d66d845");
  });

  test("differs for each collision count; no count is not 0", () => {
    const hashes = [undefined, 0, 1, 2, 256].map((collisions) => templateHash(web, collisions));
    expect(new Set(hashes).size).toBe(5);
  });

  test("of a revision's data, in which Go escapes HTML characters", () => {
    const data = { spec: { template: { metadata: { annotations: { x: "<&>" } }, $patch: "replace" } } };
    const escaped = { spec: { template: { metadata: { annotations: { x: "plain" } }, $patch: "replace" } } };
    expect(dataHash(data, 0)).not.toBe(dataHash(escaped, 0));
    expect(dataHash(data, 0)).not.toBe(dataHash(data, 1));
  });

  test.each([
    ["0", "value:(int64)0 scale:(resource.Scale)0", "<nil>", "0", "DecimalSI"],
    ["100m", "value:(int64)100 scale:(resource.Scale)-3", "<nil>", "100m", "DecimalSI"],
    ["64Mi", "value:(int64)67108864 scale:(resource.Scale)0", "<nil>", "", "BinarySI"],
    ["1Gi", "value:(int64)1073741824 scale:(resource.Scale)0", "<nil>", "1Gi", "BinarySI"],
    ["12e6", "value:(int64)12 scale:(resource.Scale)6", "<nil>", "12e6", "DecimalExponent"],
    [
      "100Ti",
      "value:(int64)0 scale:(resource.Scale)0",
      "{unscaled:(big.Int){neg:(bool)false abs:(big.nat)[8568098291072368640 5960]} scale:(inf.Scale)9}",
      "",
      "BinarySI",
    ],
  ])("of a quantity of %s", (text, small, large, kept, format) => {
    expect(dumpQuantity(text)).toBe(
      `{i:(resource.int64Amount){${small}} d:(resource.infDecAmount){Dec:(*inf.Dec)${large}} s:(string)${kept} Format:(resource.Format)${format}}`,
    );
  });
});
