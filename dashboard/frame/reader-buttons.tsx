import { signOut } from "../session.ts";
import { nextTheme, theme } from "./theme.ts";

const THEME_WORDS = { system: "as the system", light: "light", dark: "dark" } as const;

const THEME_SIGNS = { system: "◐", light: "○", dark: "●" } as const;

/** In the bar, or on narrow screens in the menu. */
export const ReaderButtons = () => (
  <div class="reader">
    <button
      type="button"
      class="theme"
      onClick={nextTheme}
      aria-label={`Theme: ${THEME_WORDS[theme.value]}`}
      title={`Theme: ${THEME_WORDS[theme.value]}`}
    >
      {THEME_SIGNS[theme.value]}
    </button>
    <button type="button" onClick={() => signOut()}>
      Sign out
    </button>
  </div>
);
