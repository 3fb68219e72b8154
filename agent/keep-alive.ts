import type { Socket } from "node:net";

/** Of silence, before the other end is probed. */
const SILENT_MS = 60_000;

/** Notices if the other end has vanished without a word: while nothing is sent, nothing else would. */
export const keepAlive = (socket: Socket): Socket => socket.setKeepAlive(true, SILENT_MS);
