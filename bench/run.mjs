// `npm run bench -- NAME [ARGUMENTS]` runs bench/NAME.ts with TypeScript support of Node.js; without a name it lists
// them.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";

const here = import.meta.dirname;
const [name, ...words] = process.argv.slice(2);
if (name === undefined || !existsSync(`${here}/${name}.ts`)) {
  const names = readdirSync(here).filter((file) => file.endsWith(".ts") && !file.endsWith("-worker.ts"));
  console.error(`usage: npm run bench -- NAME\n  ${names.map((file) => file.slice(0, -3)).join("\n  ")}`);
  process.exit(1);
}
// The Worker's classes declare fields as constructor parameters, which mere stripping of types would lose.
const flags = ["--experimental-transform-types", "--disable-warning=ExperimentalWarning"];
process.exit(spawnSync(process.execPath, [...flags, `${here}/${name}.ts`, ...words], { stdio: "inherit" }).status ?? 1);
