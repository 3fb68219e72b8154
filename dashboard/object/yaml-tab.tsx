/** The whole object as YAML; secrets are masked until asked for. */
import { useState } from "preact/hooks";
import { useMay } from "../api/may.ts";
import { YamlView } from "../editor/yaml-view.tsx";
import { forgetDraft, hasDraft } from "../manifests/drafts.ts";
import { useExactObject } from "../manifests/exact-object.ts";
import { withMaskedData, yamlOf } from "../manifests/yaml-text.ts";
import { copy } from "../parts/copy.ts";
import { RefusedNotice } from "../parts/notice.tsx";
import type { ObjectProps } from "../summaries/object-props.ts";
import { YamlEditor } from "./yaml-editor.tsx";

export function YamlTab({ kind, object }: ObjectProps) {
  const secret = kind.group === "" && kind.plural === "secrets";
  const [revealed, setRevealed] = useState(!secret);
  const { namespace = "", name, uid } = object.metadata;
  const [editing, setEditing] = useState(hasDraft(uid));
  const mayEdit = useMay({ verb: "update" }, kind, { namespace, name }) && kind.verbs.includes("update");
  const exact = useExactObject(kind, object);
  if (exact === undefined) return null;
  if ("problem" in exact) return <RefusedNotice title="It cannot be read" problem={exact.problem} />;
  const close = () => {
    forgetDraft(uid);
    setEditing(false);
  };
  if (editing && mayEdit) return <YamlEditor kind={kind} object={exact.object} close={close} />;
  const text = yamlOf(revealed ? exact.object : withMaskedData(exact.object));
  return (
    <>
      <div class="tools">
        {mayEdit && (
          <button
            type="button"
            onClick={() => setEditing(true)}
            disabled={!revealed}
            title={revealed ? undefined : "Reveal the values first: what is masked cannot be edited"}
          >
            Edit
          </button>
        )}
        {secret && (
          <button type="button" onClick={() => setRevealed(!revealed)}>
            {revealed ? "Hide values" : "Reveal values"}
          </button>
        )}
        <button type="button" onClick={() => void copy(text)}>
          Copy
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre class="yaml" tabIndex={0}>
        <YamlView text={text} />
      </pre>
    </>
  );
}
