/** Runs programs of the machine. */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const SECONDS = 30;
/** Directories with administrators' programs, which a user's PATH may leave out. */
const MORE = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/** Returns the program's output; fails with its error output. */
export function run(program: string, words: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: SECONDS * 1000, maxBuffer: 64 * 1024 * 1024, env: programEnvironment() };
    const child = execFile(program, words, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${words.join(" ")}: ${stderr.trim() || error.message}`));
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

const path = (): string => [process.env.PATH ?? "", ...MORE].join(delimiter);

/** The environment in which the machine's programs are found. */
export const programEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: path() });

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

export const hasProgram = (name: string): boolean =>
  path()
    .split(delimiter)
    .some((directory) => isExecutable(join(directory, name)));
