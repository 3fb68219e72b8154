import { signOut } from "./session.ts";
import { nextTheme, theme } from "./theme.ts";

const THEME_WORDS = { system: "Auto", light: "Light", dark: "Dark" } as const;

/** In the bar, and on narrow screens in the menu. */
export const ReaderButtons = () => (
  <div class="reader">
    <button type="button" onClick={nextTheme} title="Switch between light, dark and what the system says">
      {THEME_WORDS[theme.value]}
    </button>
    <button type="button" onClick={() => signOut()}>
      Sign out
    </button>
  </div>
);
