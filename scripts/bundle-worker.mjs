import { build } from "esbuild";

/** Bundles the Worker as ES modules, OUTDIR/index.js and what it imports; resolves with esbuild's result. */
export const bundleWorker = ({ root, entryPoint, outdir, version }) =>
  build({
    absWorkingDir: root,
    entryPoints: { index: entryPoint },
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
