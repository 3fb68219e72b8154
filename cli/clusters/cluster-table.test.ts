import { expect, it } from "vitest";
import { clusterTable } from "./cluster-table.ts";

const createdAt = "2026-11-29T10:00:00Z";

it("the cluster table lists clusters with their limits", () => {
  expect(
    clusterTable([
      { name: "a", createdAt, limits: {} },
      { name: "team-b", createdAt, limits: { objects: 500, watches: 20 } },
    ]),
  ).toBe(
    [
      "NAME     CREATED                LIMITS",
      "a        2026-11-29T10:00:00Z   <none>",
      "team-b   2026-11-29T10:00:00Z   objects<=500,watches<=20",
      "",
    ].join("\n"),
  );
});

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1500, "1.5 kB"],
  [312_000_000, "312 MB"],
  [7_000_000_000_000, "7000 GB"],
])("%i bytes are shown as %s", (bytes, text) => {
  const table = clusterTable([{ name: "a", createdAt, limits: {}, usage: { objects: 7, bytes, writes: 90 } }]);
  expect(table.split("\n")[1]?.split(/ {2,}/)).toEqual(["a", createdAt, "7", text, "90", "<none>"]);
});

it("the cluster table shows which cluster did not answer", () => {
  const usage = { objects: 1, bytes: 1, writes: 1 };
  const table = clusterTable([
    { name: "a", createdAt, limits: {}, usage },
    { name: "b", createdAt, limits: {} },
  ]);
  expect(table).toMatch(/^b +\S+ +<unknown> +<unknown> +<unknown> +<none>$/m);
});
