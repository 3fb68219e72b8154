// `npm test`: the checks, then all tests, in two concurrent lanes: tests that start whole control planes wait more than
// they compute. Prints what was skipped and what failed, then "N passed, N failed". Exits 1 on any failure. Arguments
// are passed to vitest (`npm test -- test/e2e`).
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

const results = mkdtempSync(`${tmpdir()}/sailplane-test-`);
const checksPass = spawnSync("node", ["scripts/check.mjs"], { stdio: "inherit" }).status === 0;

/** Runs some projects; the second lane's output is printed when it has ended, so that the two do not mix. */
async function lane(name, projects, stdout) {
  const report = `${results}/${name}.json`;
  const words = [
    "run",
    "--passWithNoTests",
    ...projects.flatMap((project) => ["--project", project]),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ];
  const child = spawn("vitest", words, { stdio: ["ignore", stdout, stdout] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => said.push(chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  process.stdout.write(Buffer.concat(said));
  try {
    return { passes: code === 0, files: JSON.parse(readFileSync(report, "utf8")).testResults };
  } catch {
    console.log(`vitest wrote no results of ${projects.join(" and ")}`);
    return { passes: false, files: [] };
  }
}

const lanes = await Promise.all([lane("e2e", ["e2e"], "inherit"), lane("rest", ["unit", "workers"], "pipe")]);
rmSync(results, { recursive: true, force: true });
const files = lanes.flatMap((lane) => lane.files);

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
// Errors outside any test: vitest fails even if all tests passed.
const failed = failures === 0 && lanes.some(({ passes }) => !passes) ? 1 : failures;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
