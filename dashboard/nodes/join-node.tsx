import { useEffect, useState } from "preact/hooks";
import { closeDialog, showDialog } from "../frame/dialogs.tsx";
import { statusText } from "../frame/status-text.ts";
import { Dialog } from "../parts/dialog.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { makeJoinCommand } from "./join-command.ts";

export const openJoin = (): void => showDialog(() => <JoinNode />);

function JoinNode() {
  const [command, setCommand] = useState("");
  const [problem, setProblem] = useState("");
  const make = async () => {
    const made = await makeJoinCommand().catch(() => undefined);
    if (made?.ok) setCommand(made.object);
    else setProblem(made ? statusText(made.status) : "The cluster does not answer.");
  };
  useEffect(() => void make(), []);
  const { hostname } = location;
  const local = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  return (
    <Dialog title="Join a node" wide>
      <p>
        Run this on the machine that shall become a node. It needs Node.js and a way out to this address, and may be
        behind any NAT. The token is good for a day.
      </p>
      {command && <KubectlLine command={command} />}
      {local && (
        <p class="quiet">
          This control plane listens on this machine only. For other machines, start it with{" "}
          <code>sailplane up --bind 0.0.0.0</code> and put an address of this machine in place of {hostname}.
        </p>
      )}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="buttons">
        <button type="button" onClick={closeDialog}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
