// Prints what failed and what was skipped, then "N passed, N failed"; exits 1 on any failure. The checks count as one test.
//   node scripts/summarize-tests.mjs VITEST.json CHECK_EXIT_CODE VITEST_EXIT_CODE
import { readFileSync } from "node:fs";

const [file, checkCode, vitestCode] = process.argv.slice(2);
let files = [];
try {
  files = JSON.parse(readFileSync(file, "utf8")).testResults;
} catch {
  console.log("vitest wrote no results");
}
const tests = files.flatMap(({ name, assertionResults }) => assertionResults.map((test) => ({ ...test, file: name })));
const withStatus = (...statuses) => tests.filter(({ status }) => statuses.includes(status));
// A file that cannot be loaded fails without any test of its own.
const brokenFiles = files.filter(
  ({ status, assertionResults }) => status === "failed" && !assertionResults.some((t) => t.status === "failed"),
);

for (const { file, fullName } of withStatus("skipped", "pending", "todo", "disabled"))
  console.log(`skipped: ${file}: ${fullName}`);
for (const { file, fullName } of withStatus("failed")) console.log(`failed: ${file}: ${fullName}`);
for (const { name, message } of brokenFiles) console.log(`failed: ${name}: ${message}`);
if (checkCode !== "0") console.log("failed: npm run check");

const passed = withStatus("passed").length + (checkCode === "0" ? 1 : 0);
let failed = withStatus("failed").length + brokenFiles.length + (checkCode === "0" ? 0 : 1);
// Errors outside any test: vitest says no, though all of them passed.
if (failed === 0 && vitestCode !== "0") failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
