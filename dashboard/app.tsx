/** Signed out: the sign-in page. Signed in: the frame with the view that the address names. */
import { useEffect } from "preact/hooks";
import { discover, discovery, findKind } from "./api/discovery.ts";
import { isConfined } from "./api/namespace-names.ts";
import { Keyboard } from "./frame/keyboard.tsx";
import { Sidebar } from "./frame/sidebar.tsx";
import { TopBar } from "./frame/top-bar.tsx";
import { Dialogs } from "./parts/dialogs.tsx";
import { Notice } from "./parts/notice.tsx";
import { Toasts } from "./parts/toasts.tsx";
import { namespace, route } from "./route.ts";
import { token } from "./session.ts";
import { SignIn } from "./sign-in/sign-in.tsx";
import { isTimeBarOpen, TimeBar } from "./time/time-bar.tsx";
import { View } from "./view.tsx";

export function App() {
  return token.value === undefined ? <SignIn /> : <Frame key={token.value} />;
}

/** Whether the view would show more if a namespace were chosen. */
function isOfNamespaces(): boolean {
  const [view, group = "", , plural = ""] = route.value.path;
  return view === "kind" ? findKind(group, plural)?.namespaced !== false : view !== "object" && view !== "kinds";
}

const VIEW_ID = "view";

function Frame() {
  useEffect(() => {
    void discover();
  }, []);
  const known = discovery.value;
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => document.getElementById(VIEW_ID)?.focus()}>
        Skip to the content
      </button>
      <Sidebar />
      <TopBar />
      {isTimeBarOpen() && <TimeBar />}
      <main id={VIEW_ID} tabIndex={-1}>
        {isConfined.value && namespace.value === "" && isOfNamespaces() && (
          <p class="hint">You may not look into all namespaces at once: name one of yours above.</p>
        )}
        {known.name === "known" && <View />}
        {known.name === "loading" && <Notice title="Loading…" />}
        {known.name === "failed" && (
          <Notice title="The cluster does not say what it serves" tone="bad" retry={() => void discover()}>
            {known.problem}
          </Notice>
        )}
      </main>
      <Keyboard />
      <Dialogs />
      <Toasts />
    </div>
  );
}
