import { expect, test } from "vitest";
import { type Action, isLinearizable, type Operation } from "./linearize.ts";

const at = (began: number, ended: number, action: Action): Operation => ({ began, ended, action });
const never = Number.POSITIVE_INFINITY;
const create = (value: string, outcome: "done" | "exists" | "unknown" = "done"): Action => ({
  do: "create",
  value,
  outcome,
});
const read = (found?: string): Action => ({ do: "read", found });
const update = (ifValue: string, value: string, outcome: "done" | "conflict" | "unknown" = "done"): Action => ({
  do: "update",
  ifValue,
  value,
  outcome,
});

test.each<[string, boolean, Operation[]]>([
  ["a write is read", true, [at(0, 1, create("a")), at(2, 3, read("a"))]],
  ["a read after a write misses it", false, [at(0, 1, create("a")), at(2, 3, read())]],
  ["a read beside a write sees either", true, [at(0, 9, create("a")), at(1, 2, read()), at(3, 4, read("a"))]],
  ["a read goes back", false, [at(0, 9, create("a")), at(1, 2, read("a")), at(3, 4, read())]],
  ["two create the same", false, [at(0, 5, create("a")), at(1, 6, create("b"))]],
  [
    "two updates of one version are both accepted",
    false,
    [at(0, 1, create("a")), at(2, 9, update("a", "b")), at(2, 9, update("a", "c"))],
  ],
  [
    "the second update of one version is refused",
    true,
    [at(0, 1, create("a")), at(2, 9, update("a", "b", "conflict")), at(2, 9, update("a", "c"))],
  ],
  ["an update is refused for no reason", false, [at(0, 1, create("a")), at(2, 3, update("a", "b", "conflict"))]],
  ["what was not answered may have happened", true, [at(0, never, create("a", "unknown")), at(1, 2, read("a"))]],
  ["or not", true, [at(0, never, create("a", "unknown")), at(1, 2, read()), at(3, 4, create("b"))]],
  ["but not be undone", false, [at(0, never, create("a", "unknown")), at(1, 2, read("a")), at(3, 4, read())]],
  [
    "an acknowledged write is lost",
    false,
    [at(0, 1, create("a")), at(2, 3, update("a", "b")), at(4, never, update("b", "c", "unknown")), at(5, 6, read("a"))],
  ],
  [
    "a choice that has to be taken back",
    true,
    [
      at(0, 10, create("a")),
      at(0, 10, { do: "delete", outcome: "done" }),
      at(1, 3, create("b")),
      at(4, 5, read("a")),
      at(6, 7, read("a")),
    ],
  ],
])("%s: %s", (_, expected, history) => {
  expect(isLinearizable(history)).toBe(expected);
});
