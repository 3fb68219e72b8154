// `npm run bench -- NAME [ARGUMENTS]` runs bench/NAME.ts with TypeScript support of Node.js; without a name it lists
// them, and `NAME --help` prints the comment that NAME.ts begins with.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

const here = import.meta.dirname;
const [name, ...words] = process.argv.slice(2);
if (name === undefined || !existsSync(`${here}/${name}.ts`)) {
  const names = readdirSync(here).filter((file) => file.endsWith(".ts") && !file.endsWith("-worker.ts"));
  const usage = `usage: npm run bench -- NAME [--help]\n  ${names.map((file) => file.slice(0, -3)).join("\n  ")}`;
  const isAsked = name === undefined || name === "--help";
  console[isAsked ? "log" : "error"](usage);
  process.exit(isAsked ? 0 : 1);
}
if (words.includes("--help")) {
  const [comment] = readFileSync(`${here}/${name}.ts`, "utf8").split("*/");
  console.log(comment.replaceAll(/^(\/\*\*| \*) ?/gm, "").trim());
  process.exit();
}
// The Worker's classes declare fields as constructor parameters, which mere stripping of types would lose.
const flags = ["--experimental-transform-types", "--disable-warning=ExperimentalWarning"];
process.exit(spawnSync(process.execPath, [...flags, `${here}/${name}.ts`, ...words], { stdio: "inherit" }).status ?? 1);
