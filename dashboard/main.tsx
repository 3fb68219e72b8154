/** The page's entry point. */
import { render } from "preact";
import { App } from "./app.tsx";
import { followTheme } from "./frame/theme.ts";

followTheme();
render(<App />, document.body);
