import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const root = join(import.meta.dirname, "../..");
export const parts = ["api", "client", "worker", "durable-objects", "migrations", "agent", "cli", "dashboard"] as const;

export interface Import {
  /** Path of a file of this project (`api/store/store.ts`), or a package's name (`hono`, `node:fs`). */
  readonly target: string;
  readonly typeOnly: boolean;
  /** Loaded when it is needed, by `import()`. */
  readonly lazy: boolean;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const isTest = (file: string) => /\.(test|contract)\.tsx?$/.test(file);

/** The paths of all TypeScript files, including tests and excluding generated ones. */
export const allPaths = (): string[] =>
  [...parts, "test", "bench"].flatMap((part) => filesUnder(join(root, part))).map((file) => relative(root, file));

/** All TypeScript files that ship: neither tests nor generated ones. */
export function sourceFiles(): SourceFile[] {
  return parts
    .flatMap((part) => filesUnder(join(root, part)))
    .filter((file) => !isTest(file))
    .map((file) => {
      const text = readFileSync(file, "utf8");
      return { path: relative(root, file), text, imports: importsOf(file, text) };
    });
}

function filesUnder(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !/[/](generated|node_modules|dist)[/]/.test(file));
  } catch {
    // The part does not exist yet.
    return [];
  }
}

const statement =
  /^\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(statement)].map(([, type, plain, lazy]) => {
    const specifier = plain ?? lazy ?? "";
    const target = specifier.startsWith(".") ? relative(root, join(dirname(file), specifier)) : packageOf(specifier);
    return { target, typeOnly: type !== undefined, lazy: lazy !== undefined };
  });
}

function packageOf(specifier: string): string {
  if (/^(node|cloudflare):/.test(specifier)) return specifier;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
