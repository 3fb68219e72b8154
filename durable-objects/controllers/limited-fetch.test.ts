import { expect, test } from "vitest";
import { limitedFetch } from "./limited-fetch.ts";

test("so many requests are under way at a time, in the order that they came; one that fails makes room too", async () => {
  const started: string[] = [];
  const answers = new Map<string, (answer: Response | Error) => void>();
  const fetch = limitedFetch(async ({ url }) => {
    started.push(url.slice(-1));
    const answer = await new Promise<Response | Error>((resolve) => answers.set(url.slice(-1), resolve));
    if (answer instanceof Error) throw answer;
    return answer;
  }, 2);
  const all = ["a", "b", "c", "d"].map((name) => fetch(new Request(`https://api/${name}`)).catch(() => "failed"));
  await Promise.resolve();
  expect(started).toEqual(["a", "b"]);
  answers.get("b")?.(new Error("lost"));
  expect(await all[1]).toBe("failed");
  expect(started).toEqual(["a", "b", "c"]);
  answers.get("a")?.(new Response());
  await all[0];
  expect(started).toEqual(["a", "b", "c", "d"]);
  answers.get("c")?.(new Response());
  answers.get("d")?.(new Response());
  await Promise.all(all);
});
