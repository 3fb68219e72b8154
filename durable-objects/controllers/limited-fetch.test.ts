import { expect, test } from "vitest";
import { limitedFetch } from "./limited-fetch.ts";

test("a round has so many requests, and ends before the next begins; one that fails makes room too", async () => {
  const started: string[] = [];
  let pauses = 0;
  let go = () => {};
  const answers = new Map<string, (answer: Response | Error) => void>();
  const fetch = limitedFetch(
    async ({ url }) => {
      started.push(url.slice(-1));
      const answer = await new Promise<Response | Error>((resolve) => answers.set(url.slice(-1), resolve));
      if (answer instanceof Error) throw answer;
      return answer;
    },
    {
      requests: 2,
      pause: () => {
        pauses++;
        return new Promise((resolve) => {
          go = resolve;
        });
      },
    },
  );
  const all = ["a", "b", "c", "d"].map((name) => fetch(new Request(`https://api/${name}`)).catch(() => "failed"));
  await Promise.resolve();
  expect(started).toEqual(["a", "b"]);
  answers.get("b")?.(new Error("lost"));
  expect(await all[1]).toBe("failed");
  expect([started.length, pauses]).toEqual([2, 0]);
  answers.get("a")?.(new Response());
  await all[0];
  expect([started.length, pauses]).toEqual([2, 1]);
  go();
  await new Promise((resolve) => setTimeout(resolve));
  expect(started).toEqual(["a", "b", "c", "d"]);
  answers.get("c")?.(new Response());
  answers.get("d")?.(new Response());
  await Promise.all(all);
  go();
  await Promise.resolve();
  const last = fetch(new Request("https://api/e"));
  await Promise.resolve();
  expect(started.at(-1)).toBe("e");
  answers.get("e")?.(new Response());
  await last;
});
