// dist/dashboard/: index.html with its script and style, whose names contain a hash of their content, so that they
// never go stale.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** What a user downloads before the first view, gzipped. */
const LIMIT = 150 * 1024;

export async function buildDashboard(options) {
  const source = `${options.absWorkingDir}dashboard`;
  const { metafile } = await build({
    ...options,
    entryPoints: { app: `${source}/main.tsx`, style: `${source}/style/main.css` },
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    splitting: true,
    platform: "browser",
    target: ["chrome120", "firefox121", "safari17"],
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    metafile: true,
  });
  const files = Object.keys(metafile.outputs).map((file) => basename(file));
  const first = [...loadedFirst(metafile)].map((file) => basename(file));
  const page = readFileSync(`${source}/index.html`, "utf8")
    .replace(
      /(app|style)\.(js|css)/g,
      (asked, name, extension) =>
        files.find((file) => file.startsWith(`${name}-`) && file.endsWith(`.${extension}`)) ?? asked,
    )
    // Preloads what the script will import.
    .replace("</head>", `${first.filter(isChunk).map(preload).join("")}</head>`);
  writeFileSync(`${options.outdir}/index.html`, page);
  copyFileSync(`${source}/icon.svg`, `${options.outdir}/icon.svg`);
  const size = first.reduce((sum, file) => sum + gzipSync(readFileSync(`${options.outdir}/${file}`)).length, 0);
  if (size > LIMIT) throw new Error(`the dashboard has ${size} bytes gzipped, and may have ${LIMIT}`);
}

const isChunk = (file) => file.startsWith("chunk-");
const preload = (file) => `  <link rel="modulepreload" href="${file}" />\n  `;

/** The entry points and their static imports. */
function loadedFirst({ outputs }) {
  const files = new Set(Object.keys(outputs).filter((file) => outputs[file].entryPoint));
  for (const dynamic of Object.values(outputs).flatMap(({ imports }) => imports)) {
    if (dynamic.kind === "dynamic-import") files.delete(dynamic.path);
  }
  for (const file of files)
    for (const { kind, path } of outputs[file].imports) if (kind === "import-statement") files.add(path);
  return files;
}
