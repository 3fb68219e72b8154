// `npm run check`: format, lint, types (one tsconfig per environment), dead code, import rules, and the Worker as
// Cloudflare accepts it. Runs all steps, prints what failed, exits 1 on any failure.
import { spawnSync } from "node:child_process";

const steps = [
  ["generate types and texts", "node", ["scripts/generate.mjs"]],
  ["format and lint", "biome", ["check", "--error-on-warnings", "."]],
  ...["api", "worker", "agent", "dashboard", "test"].map((env) => [`types of ${env}`, "tsc", ["-p", env]]),
  ["dead code", "knip", []],
  ["architecture", "vitest", ["run", "--project", "unit", "test/architecture"]],
  ["bundle", "node", ["scripts/build.mjs"]],
  ["bundle for Cloudflare", "wrangler", ["deploy", "--dry-run", "--outdir", "dist/deploy"]],
];
const env = { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" };
const failed = steps.filter(([title, command, args]) => {
  const started = Date.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", env });
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${title} (${Date.now() - started} ms)`);
  if (status !== 0) console.log(`${stdout}${stderr}`);
  return status !== 0;
});
process.exit(failed.length > 0 ? 1 : 0);
