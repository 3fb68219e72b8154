/** The supervisor's entry point: a bundle of its own, started with its directory as the argument. */
import { superviseProcesses } from "./supervisor.ts";

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("usage: supervisor DIRECTORY");
superviseProcesses(directory);
