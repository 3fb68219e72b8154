import { expect, test } from "vitest";
import type { Revision } from "../../api/store.ts";
import { pokes } from "./pokes.ts";

const revision = (number: number) => number as Revision;
const turn = () => new Promise<void>((resume) => setTimeout(resume, 0));

test("STORE-POKE: one poke is under way, and what happens meanwhile is one more, with the newest revision", async () => {
  const seen: number[] = [];
  let release = () => {};
  const poke = pokes([
    (of) => {
      seen.push(of);
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    },
  ]);
  for (const of of [2, 3, 4]) poke(revision(of));
  expect(seen).toEqual([2]);
  release();
  await turn();
  expect(seen).toEqual([2, 4]);
});

test("STORE-POKE: a listener that fails is told again by the next commit, and does not keep others from being told", async () => {
  const seen: number[] = [];
  const poke = pokes([() => Promise.reject(new Error("gone")), async (of) => void seen.push(of)]);
  poke(revision(2));
  await turn();
  poke(revision(3));
  await turn();
  expect(seen).toEqual([2, 3]);
});
