/** The order of merged lists; every row is what kube-apiserver 1.36 answers. */
import { expect, test } from "vitest";
import { containers, podTemplate, specOf } from "../../../test/fakes/objects/managed-object.ts";

const namesOf = (text: string) => containers(...text.split("").map((name) => ({ name, image: "i" })));

test.each([
  ["afb", "edcgb", "afedcgb"],
  ["deba", "aeg", "dbaeg"],
  ["acdg", "cfea", "cdgfea"],
  ["gcab", "bfga", "cbfga"],
  ["cebad", "dfacg", "ebdfacg"],
  ["bgace", "bdafg", "bdacefg"],
  ["acgdb", "cgeba", "cgdeba"],
  ["dbfg", "agcd", "bfagcd"],
  ["daefg", "gadbc", "efgadbc"],
  ["bcafe", "fga", "bcfega"],
  ["ecad", "fdegb", "cafdegb"],
  ["adcbe", "dacg", "dbeacg"],
  ["gcdaf", "egdcf", "egdacf"],
  ["cbfga", "fec", "bfgaec"],
])("APPLY-07: the containers %s, to which %s are applied, become %s", (live, applied, merged) => {
  const a = podTemplate();
  a.apply("m1", namesOf(live));
  a.apply("m2", namesOf(applied), { force: true });
  expect((specOf(a).containers as { name: string }[]).map(({ name }) => name).join("")).toBe(merged);
});

test.each([
  ["a1 a2 b1", "a9", "a9 b1"],
  ["a1 b1 a2", "a9", "a9 b1"],
  ["a1 a1 b1", "b1 a1", "b1 a1"],
  ["b1 a1 a2", "c1 a9 b2", "c1 a9 b2"],
  ["a1 b1 a2", "b1", "a1 b1 a2"],
])("APPLY-06: the variables %s, to which %s are applied, become %s", (live, applied, merged) => {
  const of = (text: string) => {
    const env = text.split(" ").map(([name, value]) => ({ name, value }));
    return containers({ name: "c", image: "i", env });
  };
  const a = podTemplate();
  a.write("w", (draft) => Object.assign(draft, of(live)));
  a.apply("m", of(applied), { force: true });
  const [container] = specOf(a).containers as { env: { name: string; value: string }[] }[];
  expect(container?.env.map(({ name, value }) => name + value).join(" ")).toBe(merged);
});
