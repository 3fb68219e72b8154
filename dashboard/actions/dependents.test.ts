import { expect, test } from "vitest";
import { type Dependent, dependentsOf, renderDependents } from "./dependents.ts";

const object = (kind: string, name: string, ...owners: string[]): Dependent => ({
  kind,
  namespace: "a",
  name,
  uid: name,
  owners,
});

test("dependents of dependents are deleted too, in whatever order they are listed", () => {
  const all = [
    object("Pod", "p", "rs"),
    object("ReplicaSet", "rs", "d"),
    object("Pod", "other", "else"),
    object("Pod", "free"),
  ];
  expect(dependentsOf(["d"], all).map(({ name }) => name)).toEqual(["rs", "p"]);
});

test("dependents with another owner are kept, and owner cycles terminate", () => {
  expect(dependentsOf(["d"], [object("Pod", "p", "d", "else")])).toEqual([]);
  expect(dependentsOf(["a"], [object("X", "a", "b"), object("X", "b", "a")]).map(({ name }) => name)).toEqual(["b"]);
});

test("of several objects, what belongs to all of them goes too, and they themselves are not repeated", () => {
  const all = [object("Pod", "p", "a", "b"), object("ReplicaSet", "a", "d"), object("Pod", "q", "b", "else")];
  expect(dependentsOf(["a", "b"], all).map(({ name }) => name)).toEqual(["p"]);
});

test("a few dependents are named, and many are counted", () => {
  expect(renderDependents({ dependents: [object("Pod", "p")], unread: 0 })).toEqual(["Pod p"]);
  const many = Array.from({ length: 20 }, (_, index) => object(index < 15 ? "Pod" : "ReplicaSet", String(index)));
  expect(renderDependents({ dependents: many, unread: 0 })).toEqual(["15 × Pod", "5 × ReplicaSet"]);
});

test("what could not be read is not said to be nothing", () =>
  expect(renderDependents({ dependents: [], unread: 2 })).toEqual([
    "whatever belongs to it of 2 kinds that could not be read",
  ]));
