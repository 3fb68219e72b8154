import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Env } from "../../env.ts";

const { API } = env as Env;

test("the version has one member per line, in kube-apiserver's order", async () => {
  const response = await API.fetch(new Request("https://sailplane/version"));
  const lines = (await response.text()).split("\n");
  expect(lines.slice(0, 3)).toEqual(["{", '  "major": "1",', '  "minor": "36",']);
  expect(lines[7]).toMatch(/^ {2}"gitVersion": "v1\.36\.\d+",$/);
});
