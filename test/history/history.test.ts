import { expect, it } from "vitest";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { lostWrites } from "./acknowledged.ts";
import { ClusterState } from "./cluster-state.ts";
import { violations } from "./history.ts";
import { projected } from "./projection.ts";
import { history, made } from "./steps.ts";

it("finds two changes of one revision", () => {
  const changes = history([
    ["ADDED", "configmaps", made("a")],
    ["ADDED", "configmaps", made("b")],
  ]).map((change) => ({ ...change, revision: 7 }));
  expect(violations(new ClusterState(), changes, { rules: [] })).toEqual([
    "7 ADDED configmaps ns/b: the revision of another change",
  ]);
});

it("knows what a watch with a selector is told", () => {
  const changes = history([
    ["ADDED", "configmaps", made("a", {}, { labels: { team: "a" } })],
    ["MODIFIED", "configmaps", made("a", { data: {} }, { labels: { team: "a" } })],
    ["MODIFIED", "configmaps", made("a", {}, { labels: { team: "b" } })],
    ["DELETED", "configmaps", made("a")],
  ]);
  const selects = ({ metadata }: KubeObject) => metadata.labels?.team === "a";
  expect(projected({ resource: "configmaps", selects, began: 1 }, new ClusterState(), changes)).toEqual([
    "MODIFIED 2 ns/a",
    "DELETED 3 ns/a",
  ]);
});

it("finds acknowledged writes that are lost, or were answered otherwise", () => {
  const changes = history([["ADDED", "configmaps", made("a", { data: { value: "1" } })]]);
  const written = (object: object) => ({
    method: "POST",
    resource: "configmaps",
    object: history([["ADDED", "", object]])[0]?.object as Stored<KubeObject>,
  });
  const answers = [made("a", { data: { value: "1" } }), made("a", { data: { value: "2" } }), made("b")];
  expect([...lostWrites(answers.map(written), [], changes)]).toEqual([
    "POST of configmaps ns/a 1 was answered otherwise: .data.value",
    "POST of configmaps ns/b 1 was acknowledged, and is lost",
  ]);
});
