import { expect, test } from "vitest";
import { web } from "../../../test/fakes/controllers/controlled-deployment.ts";
import { annotationsOfNewest, maxRevision } from "./annotations.ts";

const REVISION = "deployment.kubernetes.io/revision";
const HISTORY = "deployment.kubernetes.io/revision-history";

const revised = (revision: string | undefined, history?: string) => ({
  ...(revision === undefined ? {} : { [REVISION]: revision }),
  ...(history === undefined ? {} : { [HISTORY]: history }),
});
const long = Array.from({ length: 400 }, (_, i) => String(i + 1000)).join(",");

test.each([
  ["a new set", revised(undefined), revised("5")],
  ["one that the deployment returns to", revised("3"), revised("5", "3")],
  ["one that it returns to once more", revised("3", "1,2"), revised("5", "1,2,3")],
  ["the newest", revised("5", "1"), revised("5", "1")],
  ["one that carries a later revision", revised("7"), revised("7")],
  ["one whose revision is no number", revised("seven"), revised("seven")],
  ["one whose revision is no int64", revised("9223372036854775808"), revised("9223372036854775808")],
  ["one whose revision is empty", revised(""), revised("5")],
  ["one with a long history, which loses its oldest", revised("3", long), revised("5", `${long.slice(5)},3`)],
])("the revision of %s", (_, current, next) => {
  expect(annotationsOfNewest(web(), current, 5n)).toEqual(next);
});

test("a deployment's annotations are those of its newest set, except either side's bookkeeping", () => {
  const deployment = web();
  deployment.metadata.annotations = {
    cause: "new",
    "kubectl.kubernetes.io/last-applied-configuration": "{}",
    [REVISION]: "9",
    [HISTORY]: "8",
    "deployment.kubernetes.io/desired-replicas": "9",
    "deployment.kubernetes.io/max-replicas": "9",
    "deprecated.deployment.rollback.to": "9",
  };
  expect(annotationsOfNewest(deployment, { cause: "old", own: "x", ...revised("5") }, 5n)).toEqual({
    cause: "new",
    own: "x",
    ...revised("5"),
  });
});

test.each<[readonly (string | undefined)[], bigint]>([
  [[], 0n],
  [[undefined], 0n],
  [["2", "10", "9"], 10n],
  [["10", "2"], 10n],
  [["-4"], 0n],
  [["+4", "x", "9223372036854775808", "-9223372036854775809"], 4n],
  [["9223372036854775807", "9223372036854775806"], 9223372036854775807n],
])("the highest of revisions %j is %i", (revisions, highest) => {
  const sets = revisions.map((revision) => ({ metadata: { annotations: revised(revision) } }));
  expect(maxRevision(sets as unknown as Parameters<typeof maxRevision>[0])).toBe(highest);
});
