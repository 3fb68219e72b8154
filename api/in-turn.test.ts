import { expect, test } from "vitest";
import { InTurn, InTurnByKey } from "./in-turn.ts";

test("a job starts when the previous one has ended, even by failing", async () => {
  const reported: string[] = [];
  const turns = new InTurn();
  const job = (name: string, ends: () => Promise<string>) => () => {
    reported.push(`${name} begins`);
    return ends();
  };
  const slow = turns.run(
    job("slow", async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      reported.push("slow ends");
      return "done";
    }),
  );
  const broken = turns.run(job("broken", () => Promise.reject(new Error("no"))));
  const last = turns.run(job("last", async () => "done"));
  await expect(broken).rejects.toThrow("no");
  expect(await Promise.all([slow, last])).toEqual(["done", "done"]);
  expect(reported).toEqual(["slow begins", "slow ends", "broken begins", "last begins"]);
});

test("jobs with the same key wait for each other, those with other keys do not", async () => {
  const reported: string[] = [];
  const turns = new InTurnByKey<string>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const tell = (text: string) => async () => void reported.push(text);
  const first = turns.run("a", () => promise);
  const second = turns.run("a", tell("a"));
  await turns.run("b", tell("b"));
  expect(reported).toEqual(["b"]);
  resolve();
  await Promise.all([first, second]);
  await turns.run("a", tell("a again"));
  expect(reported).toEqual(["b", "a", "a again"]);
});
