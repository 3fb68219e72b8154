import { expect, test } from "vitest";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { changesBetween } from "./changes.ts";

const object = (name: string, uid: string, resourceVersion: string) =>
  ({ metadata: { name, uid, resourceVersion, namespace: "a" } }) as Stored<KubeObject>;

test("added, removed and changed objects are reported, unchanged ones are not", () => {
  const changes = changesBetween(
    [object("gone", "1", "1"), object("same", "2", "2"), object("new", "3", "3")],
    [object("same", "2", "2"), object("new", "3", "9"), object("come", "4", "8")],
  );
  expect(changes.map(({ sign, name }) => `${sign} ${name}`)).toEqual(["added come", "removed gone", "changed new"]);
});

test("an object recreated under the same name is reported as another", () => {
  const changes = changesBetween([object("a", "1", "1")], [object("a", "2", "5")]);
  expect(changes.map(({ sign }) => sign).sort()).toEqual(["added", "removed"]);
});
