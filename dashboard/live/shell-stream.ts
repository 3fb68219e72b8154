/** A shell in a container, line by line: what is written to it, and what it says. */
import type { Signal } from "@preact/signals";
import { base64Url } from "../../api/machinery/base64url.ts";
import { prefix } from "../api/connection.ts";
import { token } from "../session.ts";
import { withoutControls } from "./terminal-text.ts";

export type ShellState =
  | { readonly name: "connecting" | "open" | "ended" }
  | { readonly name: "failed"; readonly problem: string };

export interface ShellOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly output: Signal<string>;
  readonly state: Signal<ShellState>;
}

export interface Shell {
  /** Without the line's end. */
  write(line: string): void;
  close(): void;
}

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, outcome: 3 } as const;
/** Without a terminal: it neither prompts nor repeats what it is told. */
const COMMAND = "/bin/sh";
const MOST_CHARACTERS = 200_000;

export function openShell({ namespace, pod, container, output, state }: ShellOptions): Shell {
  const query = new URLSearchParams({ container, stdin: "1", stdout: "1", stderr: "1", command: COMMAND });
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec`;
  const bearer = base64Url(new TextEncoder().encode(token.peek() ?? ""));
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${prefix}${path}?${query}`, [
    "v5.channel.k8s.io",
    `base64url.bearer.authorization.k8s.io.${bearer}`,
  ]);
  socket.binaryType = "arraybuffer";
  const decoder = new TextDecoder();
  const say = (text: string) => {
    output.value = (output.peek() + withoutControls(text)).slice(-MOST_CHARACTERS);
  };
  state.value = { name: "connecting" };
  socket.onopen = () => {
    state.value = { name: "open" };
  };
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    const [channel] = new Uint8Array(data, 0, 1);
    const bytes = new Uint8Array(data, 1);
    if (channel === CHANNEL.outcome) state.value = outcomeOf(decoder.decode(bytes));
    else say(decoder.decode(bytes, { stream: true }));
  };
  socket.onclose = () => {
    if (state.peek().name === "connecting")
      state.value = { name: "failed", problem: "The container does not take commands, or you may not give it any." };
    else if (state.peek().name === "open") state.value = { name: "ended" };
  };
  const send = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    const frame = new Uint8Array(bytes.length + 1);
    frame[0] = CHANNEL.stdin;
    frame.set(bytes, 1);
    if (socket.readyState === WebSocket.OPEN) socket.send(frame);
  };
  return {
    write: (line) => {
      say(`$ ${line}\n`);
      send(`${line}\n`);
    },
    close: () => socket.close(),
  };
}

/** A shell that ended by itself has nothing to complain of, whatever its last command did. */
function outcomeOf(text: string): ShellState {
  const { status, reason, message = "" } = JSON.parse(text) as { status?: string; reason?: string; message?: string };
  return status === "Success" || reason === "NonZeroExitCode"
    ? { name: "ended" }
    : { name: "failed", problem: message };
}
