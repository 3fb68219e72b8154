// `npm test`: the checks, then every test; prints what was skipped and what failed, then "N passed, N failed". Exits 1 on
// any failure. Arguments go to vitest (`npm test -- test/e2e`).
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

const results = mkdtempSync(`${tmpdir()}/sailplane-test-`);
const run = (command, args) => spawnSync(command, args, { stdio: "inherit" }).status === 0;
const checksPass = run("node", ["scripts/check.mjs"]);
const vitestPasses = run("vitest", [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${results}/vitest.json`,
  ...process.argv.slice(2),
]);

let files = [];
try {
  files = JSON.parse(readFileSync(`${results}/vitest.json`, "utf8")).testResults;
} catch {
  console.log("vitest wrote no results");
}
rmSync(results, { recursive: true, force: true });

const tests = files.flatMap(({ name, assertionResults }) => assertionResults.map((test) => ({ ...test, file: name })));
const withStatus = (...statuses) => tests.filter(({ status }) => statuses.includes(status));
// A file that cannot be loaded fails without any test of its own.
const broken = files.filter((f) => f.status === "failed" && !f.assertionResults.some((t) => t.status === "failed"));

for (const { file, fullName } of withStatus("skipped", "pending", "todo", "disabled")) {
  console.log(`skipped: ${file}: ${fullName}`);
}
for (const { file, fullName } of withStatus("failed")) console.log(`failed: ${file}: ${fullName}`);
for (const { name, message } of broken) console.log(`failed: ${name}: ${message}`);
if (!checksPass) console.log("failed: npm run check");

const passed = withStatus("passed").length + (checksPass ? 1 : 0);
const failures = withStatus("failed").length + broken.length + (checksPass ? 0 : 1);
// Errors outside any test: vitest says no, though all of them passed.
const failed = failures === 0 && !vitestPasses ? 1 : failures;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
