/** The text of a log, read as it grows. */
import type { Signal } from "@preact/signals";
import { problemOf, read } from "../api/connection.ts";
import { withoutControls } from "./terminal-text.ts";

export type LogState =
  | { readonly name: "reading" | "following" | "ended" }
  | { readonly name: "failed"; readonly problem: string };

export interface LogOptions {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** How many lines are kept. */
  readonly most: number;
  readonly lines: Signal<readonly string[]>;
  readonly state: Signal<LogState>;
}

/** Lines that came between two frames are drawn at once. */
const FLUSH_MS = 50;

export async function followLog({ path, query, signal, most, lines, state }: LogOptions): Promise<void> {
  state.value = { name: "reading" };
  let kept: string[] = [];
  let rest = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (kept.length > most) kept = kept.slice(-most);
    if (!signal.aborted) lines.value = rest === "" ? [...kept] : [...kept, rest];
  };
  try {
    const parameters = new URLSearchParams({ ...query, tailLines: String(most) });
    const response = await read(`${path}?${parameters}`, { signal, accept: "*/*" });
    if (!response.ok || !response.body) {
      state.value = { name: "failed", problem: await problemOf(response) };
      return;
    }
    state.value = { name: query.follow === "true" ? "following" : "reading" };
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const parts = (rest + withoutControls(decoder.decode(value, { stream: true }))).split("\n");
      rest = parts.pop() ?? "";
      kept.push(...parts);
      timer ??= setTimeout(flush, FLUSH_MS);
    }
    flush();
    state.value = { name: "ended" };
  } catch (error) {
    if (!signal.aborted)
      state.value = { name: "failed", problem: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
