import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Place, standInLine } from "./change-line.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Places in a line, in this order, recording whose turn has come. */
async function open(...names: string[]) {
  const turns: string[] = [];
  const places = new Map<string, Place>();
  for (const name of names) {
    const place = standInLine("cluster");
    places.set(name, place);
    void place.first().then(() => turns.push(name));
    await Promise.resolve();
  }
  return { turns, leave: (name: string) => places.get(name)?.leave() };
}

test("STORE-POLICY: a lost change of policy waits for earlier ones, and for none in another cluster", async () => {
  const { turns, leave } = await open("a", "b", "c");
  await vi.advanceTimersByTimeAsync(100);
  expect(turns).toEqual(["a"]);
  const other = standInLine("other");
  await other.first();
  leave("a");
  await vi.advanceTimersByTimeAsync(100);
  expect(turns).toEqual(["a", "b"]);
  for (const name of ["b", "c"]) leave(name);
  other.leave();
});

test("STORE-POLICY: a change that ended without notice is not waited for", async () => {
  const { turns, leave } = await open("gone", "b");
  await vi.advanceTimersByTimeAsync(450);
  expect(turns).toEqual(["gone"]);
  await vi.advanceTimersByTimeAsync(100);
  expect(turns).toEqual(["gone", "b"]);
  for (const name of ["gone", "b"]) leave(name);
});
