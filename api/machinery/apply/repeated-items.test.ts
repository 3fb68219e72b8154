/** Who owns list items whose name is repeated; every row is what kube-apiserver 1.36 answers. */
import { expect, test } from "vitest";
import { containers, podTemplate } from "../../../test/fakes/objects/managed-object.ts";

const CONTAINER = ["f:template", "f:spec", "f:containers", 'k:{"name":"c"}', "f:env"];
const templateWith = (text: string) => {
  const env = text.split(" ").map(([name, value]) => ({ name, value }));
  return containers({ name: "c", image: "i", env });
};
const [list, a, b] = [{ ".": {} }, 'k:{"name":"a"}', 'k:{"name":"b"}'];
const whole = { ".": {}, "f:name": {}, "f:value": {} };

test.each([
  ["a1 a2 b1", "a1 a2 b2", { ...list, [a]: {}, [b]: { ".": {}, "f:name": {} } }, { [b]: { "f:value": {} } }],
  ["a1 a2 b1", "a1 a3 b1", { ...list, [b]: whole }, { [a]: {} }],
  ["a1 a2 b1", "a2 a1 b1", { ...list, [b]: whole }, { [a]: {} }],
  ["a1 a2 b1", "a1 b1", { ...list, [b]: whole }, { [a]: whole }],
  ["a1 a2 b1", "b1", { ...list, [b]: whole }, undefined],
  ["a1 b1", "a1 a2 b1", { ...list, [b]: whole }, { [a]: {} }],
  ["b1", "a1 a2 b1", { ...list, [b]: whole }, { [a]: {} }],
  ["a1 b1", "a1", { ...list, [a]: whole }, undefined],
])("TRACK-03: once the variables %s have become %s, each manager owns what it set", (before, after, first, second) => {
  const object = podTemplate();
  object.write("w1", (draft) => Object.assign(draft, templateWith(before)));
  object.write("w2", (draft) => Object.assign(draft, templateWith(after)));
  const owned = Object.fromEntries(
    object.entries.map(({ manager, fieldsV1 }) => [
      manager,
      CONTAINER.reduce<unknown>((set, name) => (set as Record<string, unknown> | undefined)?.[name], fieldsV1),
    ]),
  );
  expect([owned.w1, owned.w2]).toEqual([first, second]);
});
