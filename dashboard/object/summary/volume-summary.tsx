/** Where a claim's data is stored, and which pods use it, in addition to the printer columns. */
import { Fragment } from "preact";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { resourcePath } from "../../../client/resource-path.ts";
import { kindOfReference } from "../../api/discovery.ts";
import { objectHref } from "../../api/links.ts";
import { objectsAt, useLiveList } from "../../live/use-live-list.ts";
import type { ObjectProps } from "../../summaries/object-props.ts";
import { PrintedColumns } from "./printed-columns.tsx";
import { volumePlaceOf } from "./volume-place.ts";

export function VolumeSummary(props: ObjectProps) {
  const { claimRef } = (props.object as PersistentVolume).spec;
  return (
    <>
      <PrintedColumns {...props} />
      <section class="card">
        <h2>Where it is kept</h2>
        <dl class="facts">
          <Place volume={props.object as PersistentVolume} />
          {claimRef && (
            <>
              <dt>Claim</dt>
              <dd>
                <Named kind="PersistentVolumeClaim" namespace={claimRef.namespace ?? ""} name={claimRef.name ?? ""} />
              </dd>
            </>
          )}
        </dl>
      </section>
    </>
  );
}

export function ClaimSummary(props: ObjectProps) {
  const { name, namespace = "" } = props.object.metadata;
  const { volumeName = "" } = (props.object as PersistentVolumeClaim).spec;
  const volumes = useLiveList(`volume ${volumeName} of a claim`, () =>
    objectsAt<PersistentVolume>(resourcePath({ resource: "persistentvolumes" }), {
      fieldSelector: `metadata.name=${volumeName}`,
    }),
  );
  const pods = useLiveList(`pods of ${namespace} with claims`, () =>
    objectsAt(resourcePath({ resource: "pods", namespace }), {}, usesOf),
  );
  const [volume] = volumes.items.value.values();
  const users = [...pods.items.value.values()].filter(({ claims }) => claims.includes(name));
  return (
    <>
      <PrintedColumns {...props} />
      <section class="card">
        <h2>Where it is kept</h2>
        <dl class="facts">
          <dt>Volume</dt>
          <dd>
            {volumeName === "" ? "none yet: the events say why" : <Named kind="PersistentVolume" name={volumeName} />}
          </dd>
          {volume && <Place volume={volume} />}
          <dt>Pods</dt>
          <dd>
            {users.length === 0
              ? "none that use it"
              : users.map(({ pod }, i) => (
                  <Fragment key={pod}>
                    {i > 0 && ", "}
                    <Named kind="Pod" namespace={namespace} name={pod} />
                  </Fragment>
                ))}
          </dd>
        </dl>
      </section>
    </>
  );
}

/** A pod with the names of its claims. */
const usesOf = ({ metadata, spec }: Stored<Pod>) => ({
  pod: metadata.name,
  claims: (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim ? [persistentVolumeClaim.claimName] : ephemeral ? [`${metadata.name}-${name}`] : [],
  ),
});

function Place({ volume }: { readonly volume: PersistentVolume }) {
  const { nodes, where } = volumePlaceOf(volume);
  return (
    <>
      {nodes.length > 0 && (
        <>
          <dt>Node</dt>
          <dd>
            {nodes.map((name, i) => (
              <Fragment key={name}>
                {i > 0 && ", "}
                <Named kind="Node" name={name} />
              </Fragment>
            ))}
          </dd>
        </>
      )}
      <dt>There</dt>
      <dd>
        <code>{where}</code>
      </dd>
    </>
  );
}

interface Reference {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

function Named({ kind, namespace = "", name }: Reference) {
  const found = kindOfReference("v1", kind);
  return found ? <a href={objectHref(found, { namespace, name })}>{name}</a> : name;
}
