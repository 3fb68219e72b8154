/** A shell in a container, or its main process: its input and output (v5.channel.k8s.io). */
import type { Signal } from "@preact/signals";
import { base64Url } from "../../api/machinery/encoding/base64url.ts";
import { resourcePath } from "../../client/resource-path.ts";
import { prefix } from "../api/connection.ts";
import { token } from "../session.ts";
import { asTerminalLines, LineDiscipline } from "../terminal/line-discipline.ts";
import { closeSocket } from "./close-socket.ts";

export type ShellState =
  | { readonly name: "connecting" | "open" | "ended" }
  | { readonly name: "failed"; readonly problem: string };

export interface ShellOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** A new shell, or what the container runs. */
  readonly program: "shell" | "main";
  /** Plain processes have no terminal: lines are edited here. */
  readonly terminal: boolean;
  readonly onMessage: (text: string) => void;
  readonly state: Signal<ShellState>;
}

export interface Shell {
  write(text: string): void;
  resize(columns: number, rows: number): void;
  close(): void;
}

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, outcome: 3, size: 4 } as const;
/** Prefers the better shell, if there is one and a terminal for it. */
const ON_TERMINAL = "export TERM=xterm-256color; command -v bash >/dev/null && exec bash; exec sh";
const WITHOUT = "exec sh -i 2>&1";

export function openShell({ terminal, onMessage, state, ...of }: ShellOptions): Shell {
  const bearer = base64Url(new TextEncoder().encode(token.peek() ?? ""));
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${prefix}${pathOf({ terminal, ...of })}`, [
    "v5.channel.k8s.io",
    `base64url.bearer.authorization.k8s.io.${bearer}`,
  ]);
  socket.binaryType = "arraybuffer";
  const decoder = new TextDecoder();
  const shown = terminal ? (text: string) => text : asTerminalLines;
  state.value = { name: "connecting" };
  /** Sets the initial size. */
  let lastSize = "";
  socket.onopen = () => {
    state.value = { name: "open" };
    if (terminal && lastSize !== "") send(CHANNEL.size, lastSize);
  };
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    const [channel] = new Uint8Array(data, 0, 1);
    const bytes = new Uint8Array(data, 1);
    if (channel === CHANNEL.outcome) state.value = outcomeOf(decoder.decode(bytes));
    else onMessage(shown(decoder.decode(bytes, { stream: true })));
  };
  socket.onclose = () => {
    if (state.peek().name === "connecting")
      state.value = { name: "failed", problem: "The container does not take commands, or you may not give it any." };
    else if (state.peek().name === "open") state.value = { name: "ended" };
  };
  const send = (channel: number, text: string) => {
    const bytes = new TextEncoder().encode(text);
    const frame = new Uint8Array(bytes.length + 1);
    frame[0] = channel;
    frame.set(bytes, 1);
    if (socket.readyState === WebSocket.OPEN) socket.send(frame);
  };
  const line = new LineDiscipline({ echo: onMessage, send: (text) => send(CHANNEL.stdin, text) });
  const size = (columns: number, rows: number) => JSON.stringify({ Width: columns, Height: rows });
  return {
    write: (text) => (terminal ? send(CHANNEL.stdin, text) : line.take(text)),
    resize: (columns, rows) => {
      lastSize = size(columns, rows);
      if (terminal) send(CHANNEL.size, lastSize);
    },
    close: () => closeSocket(socket),
  };
}

function pathOf({ namespace, pod, container, program, terminal }: Omit<ShellOptions, "onMessage" | "state">): string {
  const query = new URLSearchParams({ container, stdin: "1", stdout: "1", tty: terminal ? "1" : "0" });
  // Of a main process, without a terminal, errors are a stream of their own.
  if (program === "main" && !terminal) query.set("stderr", "1");
  const shell = ["/bin/sh", "-c", terminal ? ON_TERMINAL : WITHOUT];
  for (const word of program === "shell" ? shell : []) query.append("command", word);
  const subresource = program === "shell" ? "exec" : "attach";
  return `${resourcePath({ resource: "pods", namespace, name: pod, subresource })}?${query}`;
}

/** A shell that exited by itself is no error, whatever the status of its last command. */
function outcomeOf(text: string): ShellState {
  const { status, reason, message = "" } = JSON.parse(text) as { status?: string; reason?: string; message?: string };
  return status === "Success" || reason === "NonZeroExitCode"
    ? { name: "ended" }
    : { name: "failed", problem: message };
}
