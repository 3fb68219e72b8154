import { useEffect, useRef, useState } from "preact/hooks";
import type { SignInIssuer } from "../../api/authentication/sign-in-issuer.ts";
import { tryToken } from "../api/connection.ts";
import { signIn, signOutReason } from "../session.ts";
import { tokenOf } from "./kubeconfig-token.ts";
import { finishSignIn, leaveFor, readIssuers } from "./sign-in-with.ts";

export function SignIn() {
  const [pasted, setPasted] = useState("");
  const [remember, setRemember] = useState(false);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const [issuers, setIssuers] = useState<readonly SignInIssuer[]>([]);

  async function enter(token: string, { remember }: { readonly remember: boolean }) {
    setBusy(true);
    const refused = await tryToken(token);
    setBusy(false);
    if (refused) setProblem(refused);
    else signIn(token, { remember });
  }

  const credential = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    credential.current?.focus();
    void readIssuers().then(setIssuers);
    void finishSignIn().then((arrival) => {
      if (!arrival) return;
      if ("problem" in arrival) return setProblem(arrival.problem);
      if (arrival.hash) location.hash = arrival.hash;
      return enter(arrival.token, arrival);
    });
  }, []);

  async function submit(event: Event) {
    event.preventDefault();
    const found = await tokenOf(pasted);
    if ("problem" in found) return setProblem(found.problem);
    await enter(found.token, { remember });
  }

  return (
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <h1>
          <img src="icon.svg" alt="" width="32" height="32" /> Sailplane
        </h1>
        {signOutReason.value && <p role="status">{signOutReason.value}</p>}
        <label for="credential">Token or kubeconfig</label>
        <textarea
          id="credential"
          ref={credential}
          rows={6}
          autocomplete="off"
          spellcheck={false}
          value={pasted}
          placeholder="Paste a token, or all of a kubeconfig"
          aria-describedby="credential-help"
          onInput={(event) => setPasted(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !pasted.trim().includes("\n")) void submit(event);
          }}
        />
        <p id="credential-help" class="quiet">
          <code>npx sailplane kubeconfig</code> prints the administrator's. For anybody else:{" "}
          <code>kubectl create token ACCOUNT</code>
        </p>
        <label class="check">
          <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.currentTarget.checked)} />
          Remember on this device until the tab is closed
        </label>
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="primary" disabled={busy}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
        {issuers.map((issuer) => (
          <button key={issuer.issuer} type="button" onClick={() => void leaveFor(issuer, { remember })}>
            Sign in with {new URL(issuer.issuer).host}
          </button>
        ))}
      </form>
    </main>
  );
}
