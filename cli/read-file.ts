import { readFileSync } from "node:fs";
import { CliError } from "./cli-error.ts";
import { systemReason } from "./system-reason.ts";

/** The text of a file. Throws CliError if there is none, or it cannot be read. */
export function readFile(file: string): string {
  const text = readFileIfPresent(file);
  if (text === undefined) throw new CliError(`cannot read ${file}: no such file or directory`);
  return text;
}

/** The text of a file, if there is one. Throws CliError if it cannot be read. */
export function readFileIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CliError(`cannot read ${file}: ${systemReason(error)}`);
  }
}
