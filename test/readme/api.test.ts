import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { plugins } from "../../worker/admission/index.ts";
import { patchFormats } from "../../worker/http/request/patch-format.ts";
import { VIEWS } from "../../worker/http/response/views.ts";
import { absent, endpoints } from "./endpoints.ts";
import { features } from "./features.ts";

const root = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** The paths that the API server routes, in its order, each once. */
function routes(): string[] {
  const app = read("worker/http/app.ts");
  const paths = [...app.matchAll(/^app\.(?:all|get|post|put|on)\((?:\[[^\]]*\], )?"(\/[^"]*)"/gm)].map(
    ([, path = ""]) => path,
  );
  const [, listed = ""] = /for \(const path of \[([^\]]*)\]\)/.exec(app) ?? [];
  return [listed.replaceAll('"', ""), ...new Set(paths)];
}

function renderApi(): string {
  const areas = [...new Set(features.map(({ area }) => area))];
  const featureRows = areas.flatMap((each) =>
    features
      .filter(({ area }) => area === each)
      .map(({ name, missing, shown: [file] }) => row([each, name, missing, `[test](../${file})`])),
  );
  return `# The API server

Every endpoint and every feature of the API machinery; \`npx vitest run test/readme -u\` writes this file from the code and
from \`test/readme\`, and a test keeps it true. Kinds, their verbs and subresources: [kinds.md](kinds.md). If the column of
what is missing is empty, nothing is known to be missing.

## Features

${row(["area", "feature", "what is missing, or refused", "shown by"])}
|---|---|---|---|
${featureRows.join("\n")}

Patches: ${[...Object.keys(patchFormats), "application/apply-patch+yaml"].map((type) => `\`${type}\``).join(", ")}.
Views: ${VIEWS.map((view) => `\`${view}\``).join(", ")}.

## Admission

In this order: ${[...new Set(plugins.map(({ name }) => name))].join(", ")}.

## Endpoints

Every other cluster has the same below \`/clusters/NAME\`.

${row(["path", "what it is"])}
|---|---|
${routes()
  .map((path) => row([`\`${path}\``, endpoints[path] ?? ""]))
  .join("\n")}

Paths of kube-apiserver that do not exist: ${absent.map((path) => `\`${path}\``).join(", ")}.
`;
}

test("docs/api.md lists what is supported, and what is missing", async () => {
  await expect(renderApi()).toMatchFileSnapshot(join(root, "docs/api.md"));
});

test("every route is documented, and no other", () => {
  expect(Object.keys(endpoints).toSorted()).toEqual(routes().toSorted());
  expect(absent.filter((path) => routes().includes(path))).toEqual([]);
});

test.each(features)("$name: is shown by a test", ({ shown: [file, words] }) => {
  const titles = [...read(file).matchAll(/\b(?:test|describe)(?:\.each\([\s\S]*?\))?(?:<[^(]*>)?\(\s*(["'`])(.*?)\1/g)];
  expect(titles.map(([, , title]) => title).join("\n")).toContain(words);
});

test("the README leads to it", () => {
  expect(read("README.md")).toContain("(docs/api.md)");
});
