// `npm run pack`: dist/sailplane-VERSION.tgz, an npm package that needs no clone of this repository and no build. It has
// everything but workerd, which npm fetches for the machine, and wrangler, which only `sailplane deploy` needs.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleWorker } from "./bundle-worker.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;
const tree = `${dist}/package`;
const { name, version, description, license, type, engines, bin, dependencies, devDependencies } = JSON.parse(
  readFileSync(`${root}package.json`, "utf8"),
);

rmSync(tree, { recursive: true, force: true });
mkdirSync(tree);
for (const file of ["README.md", "LICENSE", "docs", "cli/sailplane.mjs", "dist/dashboard", "dist/worker"])
  cpSync(`${root}${file}`, `${tree}/${file}`, { recursive: true });
// What runs on Node.js is the same for nodes and control planes.
execFileSync("tar", ["-xzf", `${dist}/dashboard/node.tgz`, "-C", tree, "./dist"]);
cpSync(`${dist}/keeper.sh`, `${tree}/dist/keeper.sh`);

// The same bindings as in a clone, for a Worker that is bundled already.
await bundleWorker({ root, entryPoint: "worker/index.ts", outdir: `${tree}/dist/cloudflare`, version });
const wrangler = readFileSync(`${root}wrangler.toml`, "utf8");
const main = 'main = "worker/index.ts"';
if (!wrangler.includes(main)) throw new Error(`wrangler.toml has no line ${main}`);
writeFileSync(`${tree}/wrangler.toml`, wrangler.replace(main, 'main = "dist/cloudflare/index.js"\nno_bundle = true'));

const manifest = {
  name,
  version,
  description,
  license,
  type,
  engines,
  bin,
  os: ["linux", "darwin"],
  dependencies: { workerd: dependencies.workerd },
  peerDependencies: { wrangler: devDependencies.wrangler },
  peerDependenciesMeta: { wrangler: { optional: true } },
};
writeFileSync(`${tree}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
execFileSync("npm", ["pack", "--silent", "--pack-destination", dist], { cwd: tree });
const archive = `${name}-${version}.tgz`;
console.log(`dist/${archive} (${(statSync(`${dist}/${archive}`).size / 1e6).toFixed(1)} MB)`);
