import { PassThrough, type Readable } from "node:stream";

/** Of a process that has ended Node throws away what nobody reads yet; this keeps it until somebody does. */
export const keptOutput = (output: Readable): Readable => output.pipe(new PassThrough());
