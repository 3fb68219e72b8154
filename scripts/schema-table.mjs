// The schema table of the built-in kinds (api/schema), for scripts: Node cannot import it directly.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const root = fileURLToPath(new URL("..", import.meta.url));

const bundle = await build({
  stdin: {
    contents: `export { sources } from "./api/schema/groups/index.ts"; export { parseTypes } from "./api/schema/idl.ts";`,
    resolveDir: root,
    loader: "ts",
  },
  bundle: true,
  write: false,
  format: "esm",
});

export const { sources, parseTypes } = await import(
  `data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].contents).toString("base64")}`
);
