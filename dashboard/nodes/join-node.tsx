import { useEffect, useState } from "preact/hooks";
import { statusText } from "../api/status-text.ts";
import { CloseButton, Dialog } from "../parts/dialog.tsx";
import { showDialog } from "../parts/dialogs.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { type JoinCommand, makeJoinCommand } from "./join-command.ts";

export const openJoin = (): void => showDialog(() => <JoinNode />);

function JoinNode() {
  const [made, setMade] = useState<JoinCommand>();
  const [problem, setProblem] = useState("");
  const make = async () => {
    const outcome = await makeJoinCommand().catch(() => undefined);
    if (outcome?.ok) setMade(outcome.object);
    else setProblem(outcome ? statusText(outcome.status) : "The cluster does not answer.");
  };
  useEffect(() => void make(), []);
  return (
    <Dialog title="Join a node" wide>
      <p>
        Run this on the machine that is to become a node. It needs Node.js 20.10 or newer and a way out to this address,
        and may be behind any NAT. With <code>sudo sh</code> its pods may be containers; with <code>install</code> in
        place of <code>join</code> systemd keeps it running. The token is good for a day.
      </p>
      {made && <KubectlLine command={made.command} />}
      {made && !made.forOthers && (
        <p class="quiet">
          This control plane listens on its own machine only. For other machines, start it with{" "}
          <code>sailplane up --bind 0.0.0.0</code>, then ask here again.
        </p>
      )}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <CloseButton />
    </Dialog>
  );
}
