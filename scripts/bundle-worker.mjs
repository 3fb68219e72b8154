import { build } from "esbuild";

/**
 * Rooms that are bundled as modules of their own. V8 parses a module as a whole, and what that takes stays with the
 * process: in one module, the Worker takes 5 MB more of resident memory.
 */
const ROOMS = {
  resources: "api/resources/index.ts",
  expressions: "api/machinery/cel/run/evaluate.ts",
  admission: "worker/admission/index.ts",
  controllers: "worker/controllers/index.ts",
  "serve-resource": "worker/http/serve-resource.ts",
};

/** Bundles the Worker as ES modules, OUTDIR/index.js and what it imports; resolves with esbuild's result. */
export const bundleWorker = ({ root, entryPoint, outdir, version }) =>
  build({
    absWorkingDir: root,
    entryPoints: { index: entryPoint, ...ROOMS },
    outdir,
    bundle: true,
    format: "esm",
    splitting: true,
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    loader: { ".sql": "text" },
    define: { SAILPLANE_VERSION: JSON.stringify(version) },
    // V8 keeps the source: this saves 6 MB of resident memory. Names stay, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
  });
