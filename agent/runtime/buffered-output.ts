import { PassThrough, type Readable } from "node:stream";

/** Node discards the unread output of a process that has ended; this keeps it until it is read. */
export const bufferedOutput = (output: Readable): Readable => output.pipe(new PassThrough());
