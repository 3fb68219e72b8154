import { readFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { parse } from "yaml";
import { errorMessage } from "../../api/error-message.ts";

/** The content of a file that an option names. */
export function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new InvalidArgumentError(`Cannot read it: ${errorMessage(error)}`);
  }
}
