/** Manifests for containerd: only images and drivers of this machine. */

export const csiManifests = (driver: string) => `apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: {name: ${driver}}
spec: {attachRequired: true, volumeLifecycleModes: [Persistent, Ephemeral]}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: stored}
spec:
  accessModes: [ReadWriteOnce]
  capacity: {storage: 1Gi}
  storageClassName: ""
  csi: {driver: ${driver}, volumeHandle: v1}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: stored}
spec: {accessModes: [ReadWriteOnce], storageClassName: "", volumeName: stored, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: stores}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: c
      image: localhost/busybox:1
      imagePullPolicy: IfNotPresent
      command: ["/bin/sh", "-c", "sleep 3600"]
      volumeMounts: [{name: data, mountPath: /data}, {name: inline, mountPath: /inline}]
  volumes:
    - {name: data, persistentVolumeClaim: {claimName: stored}}
    - {name: inline, csi: {driver: ${driver}}}
`;

const debianPod = (name: string, rest: string) => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 2
  containers: [{name: c, image: "localhost/debian:1", imagePullPolicy: IfNotPresent, ${rest}}]
`;
export const debianPods = [
  debianPod("nginx", 'command: [nginx, "-g", "daemon off;"], readinessProbe: {httpGet: {port: 80}, periodSeconds: 1}'),
  debianPod("redis", "command: [redis-server], readinessProbe: {tcpSocket: {port: 6379}, periodSeconds: 1}"),
  debianPod("python", 'command: [python3, "-c", "print(sum(range(10)))"]'),
  debianPod("node", 'command: [node, "-p", "process.version"]'),
].join("");

export const webPod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeName: e2e
  terminationGracePeriodSeconds: 1
  containers:
    - name: web
      image: localhost/busybox:1
      imagePullPolicy: IfNotPresent
      command: ["/bin/sh", "-c", "echo up; echo of $HOSTNAME > /tmp/index.html; exec httpd -f -p 127.0.0.1:8080 -h /tmp"]
      resources: {requests: {cpu: 100m}}
`;
