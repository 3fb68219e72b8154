import { expect, test } from "vitest";
import type { Attributes } from "../../../api/machinery/selectors/requirement.ts";
import type { Revision } from "../../../api/store/store.ts";
import { LoggedChange } from "./watch-event.ts";
import { type Wanted, WatchGroups } from "./watch-groups.ts";

const onNode = (node: string): Attributes => ({ labels: {}, fields: { "spec.nodeName": node } });
const change = (name: string, attributes: Attributes, previous?: Attributes) =>
  new LoggedChange({
    revision: 2 as Revision,
    replaced: previous ? (1 as Revision) : null,
    tombstone: false,
    key: { resource: "pods", namespace: "default", name },
    attributes: JSON.stringify(attributes),
    text: "{}",
    previous: previous ? JSON.stringify(previous) : null,
  });
const ofNode = (node: string): Wanted => ({
  resource: "pods",
  requirements: [{ of: "field", key: "spec.nodeName", operator: "in", values: [node] }],
});

test("WATCH-GROUP: among a thousand per-node watches, a pod's change reaches only those of its new and its previous node", () => {
  const groups = new WatchGroups<string>();
  for (let i = 0; i < 1000; i++) groups.add(ofNode(`n${i}`), `watch of n${i}`);
  const met = (of: LoggedChange) => [...groups.candidates(of)].flatMap((group) => [...group.watchers]);
  expect(met(change("a", onNode("n7")))).toEqual(["watch of n7"]);
  expect(met(change("a", onNode("n7"), onNode("n8"))).sort()).toEqual(["watch of n7", "watch of n8"]);
});

test("WATCH-GROUP: equal watches share a group, which is removed with the last one", () => {
  const groups = new WatchGroups<string>();
  const wanted: Wanted = { resource: "pods", namespace: "default" };
  groups.add(wanted, "one");
  groups.add({ ...wanted }, "two");
  expect(groups.candidates(change("a", onNode("n1"))).size).toBe(1);
  groups.remove(wanted, "one");
  groups.remove(wanted, "two");
  expect([groups.resources, groups.candidates(change("a", onNode("n1"))).size]).toEqual([[], 0]);
});

test.each<[string, Omit<Wanted, "resource">, boolean]>([
  ["all", {}, true],
  ["its name", { name: "a" }, true],
  ["another name", { name: "b" }, false],
  ["its namespace", { namespace: "default" }, true],
  ["another namespace", { namespace: "other" }, false],
])("WATCH-GROUP: watches of %s (%j) meet the change: %s", (_, wanted, isMet) => {
  const groups = new WatchGroups<string>();
  groups.add({ resource: "pods", ...wanted }, "watch");
  groups.add({ resource: "nodes" }, "nodes");
  // Nobody asks for fields: they are not even read.
  const unread = new LoggedChange({ ...change("a", onNode("n1")).row, attributes: "no JSON" });
  expect(groups.candidates(unread).size).toBe(isMet ? 1 : 0);
});
