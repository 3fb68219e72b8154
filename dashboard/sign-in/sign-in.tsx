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

  async function enter(token: string, { remember }: { readonly remember: boolean }) {
    setBusy(true);
    const refused = await tryToken(token);
    setBusy(false);
    if (refused) setProblem(refused);
    else signIn(token, { remember });
  }

  useEffect(() => {
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
        <CredentialField value={pasted} set={setPasted} submit={(event) => void submit(event)} />
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
        <IssuerButtons remember={remember} />
      </form>
    </main>
  );
}

interface CredentialFieldProps {
  readonly value: string;
  readonly set: (value: string) => void;
  readonly submit: (event: Event) => void;
}

function CredentialField({ value, set, submit }: CredentialFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <>
      <label for="credential">Token or kubeconfig</label>
      <textarea
        id="credential"
        ref={field}
        rows={6}
        autocomplete="off"
        spellcheck={false}
        value={value}
        placeholder="Paste a token, or all of a kubeconfig"
        aria-describedby="credential-help"
        onInput={(event) => set(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !value.trim().includes("\n")) submit(event);
        }}
      />
      <p id="credential-help" class="quiet">
        <code>npx sailplane kubeconfig</code> prints the administrator's. For anybody else:{" "}
        <code>kubectl create token ACCOUNT</code>
      </p>
    </>
  );
}

/** The OpenID Connect issuers that the cluster accepts. */
function IssuerButtons({ remember }: { readonly remember: boolean }) {
  const [issuers, setIssuers] = useState<readonly SignInIssuer[]>([]);
  useEffect(() => void readIssuers().then(setIssuers), []);
  return (
    <>
      {issuers.map((issuer) => (
        <button key={issuer.issuer} type="button" onClick={() => void leaveFor(issuer, { remember })}>
          Sign in with {new URL(issuer.issuer).host}
        </button>
      ))}
    </>
  );
}
