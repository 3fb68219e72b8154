import { expect, test } from "vitest";
import { type Happening, sortOfHappening } from "./events-of.ts";

const refused = (name: string) =>
  ({
    kind: "ReplicaSet",
    namespace: "shop",
    reason: "FailedCreate",
    message: `pods "${name}" is forbidden`,
  }) as Happening;

test("events are alike whatever the random ends of the names in them", () => {
  expect(sortOfHappening(refused("web-576df5b89b-jwdbl"))).toBe(sortOfHappening(refused("web-576df5b89b-ksk5d")));
  expect(sortOfHappening(refused("web-first"))).not.toBe(sortOfHappening(refused("web-other")));
});
