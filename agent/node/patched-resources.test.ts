import { expect, test } from "vitest";
import { isToAllocate, patchedAllocatable, patchedResources } from "./patched-resources.ts";

const NONE = new Map();
const ours = new Map([["example.com/ours", { capacity: 2, allocatable: 1 }]]);

test("resources patched into capacity become allocatable, except the node's own devices and native resources", () => {
  const capacity = { cpu: "2", "example.com/theirs": "5", "example.com/ours": "2", "hugepages-2Mi": "0" };
  expect(patchedResources({ capacity }, ours)).toEqual({ "example.com/theirs": "5" });
});

test("resources removed from capacity are removed from allocatable", () => {
  const known = { capacity: { cpu: "2" }, allocatable: { cpu: "1", "example.com/theirs": "5" } };
  expect(patchedAllocatable(known, NONE)).toEqual({ "example.com/theirs": null });
});

test.each([
  ["a resource just patched into capacity", { capacity: { "example.com/a": "5" } }, true],
  [
    "a patched resource that changed",
    { capacity: { "example.com/a": "6" }, allocatable: { "example.com/a": "5" } },
    true,
  ],
  ["a patched resource that was removed", { capacity: {}, allocatable: { "example.com/a": "5" } }, true],
  [
    "a patched resource that is allocatable already",
    { capacity: { "example.com/a": "5" }, allocatable: { "example.com/a": "5" } },
    false,
  ],
  ["a node without patched resources", { capacity: { cpu: "2" }, allocatable: { cpu: "1" } }, false],
])("%s", (_, known, expected) => {
  expect(isToAllocate(known, NONE)).toBe(expected);
});
