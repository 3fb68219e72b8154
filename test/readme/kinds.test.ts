import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resources } from "../../api/resources/index.ts";
import { ALL_VERBS, type Resource } from "../../api/resources/resource.ts";
import { limits } from "./limits.ts";

const root = join(import.meta.dirname, "../..");
const nameOf = ({ plural, group }: Resource) => (group === "" ? plural : `${plural}.${group}`);

const versionsOf = ({ group, version, otherVersions = [] }: Resource): string =>
  [{ group, version }, ...otherVersions.map((other) => ({ group, ...other }))]
    .map((served) => (served.group === "" ? served.version : `${served.group}/${served.version}`))
    .join(", ");

const verbsOf = ({ verbs = ALL_VERBS }: Resource): string =>
  verbs.length === ALL_VERBS.length ? "all" : verbs.toSorted().join(", ");

const subresourcesOf = ({ status, scale, subresources = {} }: Resource): string =>
  [...(status ? ["status"] : []), ...(scale ? ["scale"] : []), ...Object.keys(subresources)].toSorted().join(", ");

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** Renders docs/kinds.md from the table of kinds that the API server itself runs on. */
function renderKinds(): string {
  const rows = resources
    .toSorted((a, b) => versionsOf(a).localeCompare(versionsOf(b), "en") || a.kind.localeCompare(b.kind, "en"))
    .map((resource) =>
      row([
        resource.kind,
        versionsOf(resource),
        resource.scope === "Namespaced" ? "yes" : "no",
        verbsOf(resource),
        subresourcesOf(resource),
        limits[nameOf(resource)] ?? "",
      ]),
    );
  return `# Kinds

Every built-in kind that is served, from \`api/resources\`; \`npx vitest run test/readme -u\` writes this file, and a test
keeps it true. "All" verbs: ${ALL_VERBS.join(", ")}. The last column says what Kubernetes does with a kind and
Sailplane does not; if it is empty, nothing is known to be missing. Custom kinds have all verbs, status and scale.

${row(["kind", "served as", "namespaced", "verbs", "subresources", "what is missing"])}
|---|---|---|---|---|---|
${rows.join("\n")}
`;
}

test("docs/kinds.md lists what is served, and what is missing", async () => {
  await expect(renderKinds()).toMatchFileSnapshot(join(root, "docs/kinds.md"));
});

test("limits are listed only for kinds that are served", () => {
  const served = new Set(resources.map(nameOf));
  expect(Object.keys(limits).filter((name) => !served.has(name))).toEqual([]);
});

test("the README names every command of the CLI, and only those", () => {
  const named = readFileSync(`${root}/README.md`, "utf8").matchAll(/^\| `sailplane ([a-z]+)/gm);
  const commands = readFileSync(`${root}/cli/main.ts`, "utf8").matchAll(/^ {2}([a-z]+)Command\(\),$/gm);
  expect([...named].map(([, name]) => name).toSorted()).toEqual([...commands].map(([, name]) => name).toSorted());
});
