/** The entries of config maps and secrets; a secret's values stay hidden until requested. */
import { useState } from "preact/hooks";
import type { ConfigMap, Secret } from "../../../api/generated/core.v1.ts";
import type { ObjectProps } from "../../summaries/object-props.ts";

export function ConfigMapData({ object }: ObjectProps) {
  const { data, binaryData } = object as ConfigMap;
  return (
    <Entries
      entries={[
        ...Object.entries(data ?? {}),
        ...Object.entries(binaryData ?? {}).map(([key, value]) => [key, describeBytes(value)] as const),
      ]}
    />
  );
}

export function SecretData({ object }: ObjectProps) {
  const { data, type } = object as Secret;
  return (
    <Entries
      hint={type ?? ""}
      entries={Object.entries(data ?? {}).map(([key, value]) => [key, textOf(value)])}
      hidden
    />
  );
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const describeBytes = (base64: string) => `(${bytesOf(base64).length} bytes)`;

/** The text if it is text, else its size. */
function textOf(base64: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytesOf(base64));
  } catch {
    return describeBytes(base64);
  }
}

interface EntriesProps {
  readonly entries: readonly (readonly [string, string])[];
  readonly hidden?: boolean;
  readonly hint?: string;
}

const Entries = ({ entries, hidden = false, hint }: EntriesProps) => (
  <section class="card">
    <h2>
      Data <span class="count">{entries.length}</span> {hint && <span class="quiet">{hint}</span>}
    </h2>
    {entries.length === 0 && <p class="quiet">No entries.</p>}
    {entries.map(([key, value]) => (
      <Entry key={key} name={key} value={value} hidden={hidden} />
    ))}
  </section>
);

function Entry({ name, value, hidden }: { readonly name: string; readonly value: string; readonly hidden: boolean }) {
  const [shown, setShown] = useState(!hidden);
  return (
    <div class="entry">
      <h3>
        {name}{" "}
        {hidden && (
          <button type="button" onClick={() => setShown(!shown)} aria-label={`${shown ? "Hide" : "Reveal"} ${name}`}>
            {shown ? "Hide" : "Reveal"}
          </button>
        )}
      </h3>
      <pre class="wrap">{shown ? value : "••••••••"}</pre>
    </div>
  );
}
