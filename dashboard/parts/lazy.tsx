/** A view whose code is loaded when it is first shown. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Notice } from "./notice.tsx";

export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let known: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [Content, setContent] = useState<ComponentType<Props> | undefined>(() => known);
    const [failed, setFailed] = useState(false);
    const fetchIt = () => {
      setFailed(false);
      load().then(
        (loaded) => {
          known = loaded;
          setContent(() => loaded);
        },
        () => setFailed(true),
      );
    };
    useEffect(() => {
      if (!Content) fetchIt();
    }, []);
    if (Content) return <Content {...props} />;
    if (!failed) return <Notice title="Loading…" />;
    return (
      <Notice title="This part of the page cannot be fetched" tone="bad" retry={fetchIt}>
        The control plane may have been replaced by a newer one: then load the page again.
      </Notice>
    );
  };
}
