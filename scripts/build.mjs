// Bundles everything that runs: dist/dashboard/ (the web page), dist/worker/ (the Worker as ES modules, with a manifest
// of its bindings), dist/cli.js, dist/agent.js and dist/supervisor.js. The bindings come from wrangler.toml, so that
// Cloudflare and the local control plane cannot differ. Run by `npm ci`.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { parse } from "smol-toml";
import { buildDashboard } from "./build-dashboard.mjs";
import { buildNodeProgram } from "./build-node-program.mjs";
import { bundleWorker } from "./bundle-worker.mjs";

/** The gzipped size limit of the Worker: a fresh isolate parses all of it before its first answer. */
const WORKER_LIMIT = 1_000_000;
const started = Date.now();
const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;
const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const wrangler = parse(readFileSync(`${root}wrangler.toml`, "utf8"));

rmSync(dist, { recursive: true, force: true });
mkdirSync(`${dist}/worker`, { recursive: true });

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  legalComments: "none",
  logLevel: "warning",
  define: { SAILPLANE_VERSION: JSON.stringify(version) },
};
const onNode = {
  ...shared,
  platform: "node",
  target: "node20",
  mainFields: ["module", "main"],
  // CommonJS dependencies inside an ES module still call require() for Node's own modules.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
  loader: { ".proto": "text" },
  outdir: dist,
};

copyFileSync(`${root}cli/control-plane/keeper.sh`, `${dist}/keeper.sh`);
await buildDashboard({ ...shared, outdir: `${dist}/dashboard` });
// Documentation of fields, which the Worker reads on demand.
copyFileSync(`${root}api/generated/documentation.json`, `${dist}/dashboard/documentation.json`);
const [worker, programs] = await Promise.all([
  bundleWorker({ root, entryPoint: "worker/local.ts", outdir: `${dist}/worker`, version }),
  build({
    ...onNode,
    entryPoints: {
      cli: "cli/main.ts",
      announcer: "cli/announcer.ts",
      "pinned-caller": "cli/pinned-caller.ts",
      agent: "agent/main.ts",
      supervisor: "agent/runtime/process/supervisor-main.ts",
    },
    splitting: true,
    // As above: the source stays in memory for as long as a node runs.
    minifyWhitespace: true,
    minifySyntax: true,
    chunkNames: "chunks/[name]-[hash]",
    metafile: true,
  }),
  // The parent of the process runtime's containers, which outlives the agent.
  build({ ...onNode, entryPoints: { supervisor: "agent/runtime/process/supervisor-main.ts" } }),
]);

buildNodeProgram({
  root,
  dist,
  version,
  programs: Object.keys(programs.metafile.outputs).map((file) => file.slice("dist/".length)),
});

const modules = Object.keys(worker.metafile.outputs).map((file) => file.slice("dist/worker/".length));
const sources = modules.map((file) => readFileSync(`${dist}/worker/${file}`));
// With a single character beyond Latin-1 (in UTF-8, a byte above 0xc3), V8 uses two bytes for each character of the
// module.
const wide = modules.filter((_, index) => sources[index].some((byte) => byte > 0xc3));
if (wide.length > 0) throw new Error(`${wide} has characters beyond Latin-1: write them as escapes`);
const gzipped = gzipSync(Buffer.concat(sources)).length;
if (gzipped > WORKER_LIMIT) throw new Error(`the Worker has ${gzipped} bytes gzipped, and may have ${WORKER_LIMIT}`);

const manifest = {
  modules: modules.sort((a, b) => Number(b === "index.js") - Number(a === "index.js")),
  compatibilityDate: wrangler.compatibility_date,
  compatibilityFlags: wrangler.compatibility_flags ?? [],
  durableObjects: [
    ...wrangler.durable_objects.bindings.map(({ name, class_name }) => ({ name, className: class_name })),
    // In place of the cron trigger: worker/local.ts.
    { name: "CLOCK", className: "Clock" },
  ],
  // Locally, only bindings to this Worker itself exist.
  selfBindings: (wrangler.services ?? [])
    .filter((s) => s.service === wrangler.name)
    .map((s) => ({ name: s.binding, entrypoint: s.entrypoint ?? "" })),
  assetsBinding: wrangler.assets.binding,
  vars: wrangler.vars ?? {},
};
writeFileSync(`${dist}/worker/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`built dist/ in ${Date.now() - started} ms; the Worker has ${Math.ceil(gzipped / 1000)} KB gzipped`);
