// Three documents, pasted into the page line by line: StatefulSet basics and ZooKeeper with a second terminal that
// watches, and the DaemonSet chapter of a book. What each line shows is what the document says, on a v1.36 cluster.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, paste, withPage } from "./browser.mjs";

let session;
before(async () => { session = await launch(); });
after(async () => { await session?.close(); });

/** Text of the entry that was typed last, once it has ended. */
async function ended(page) {
  const last = page.locator(".log .entry").last();
  await page.waitForFunction(() => {
    const entry = [...document.querySelectorAll(".log .entry")].at(-1);
    return entry && !entry.querySelector(".exit.is-running");
  }, null, { timeout: 30_000 });
  return (await last.locator(".output").allTextContents()).join("\n");
}

async function settled(page) {
  await page.waitForFunction(() => document.querySelector(".pace").textContent.includes("Settled"), null, { timeout: 30_000 });
}

/** Pastes a line, waits for its end, and compares what it printed: texts are contained, patterns match. */
async function step(page, line, ...shown) {
  const before = await page.locator(".log .entry").count();
  await paste(page, `$ ${line}\n`);
  await page.waitForFunction((count) => document.querySelectorAll(".log .entry").length > count, before);
  const text = await ended(page);
  for (const wanted of shown) {
    const holds = wanted instanceof RegExp ? wanted.test(text) : text.includes(wanted);
    assert.ok(holds, `${line}\nprinted:\n${text}\nbut not: ${wanted}`);
  }
  return text;
}

const tab = (page, number) => page.getByRole("tab", { name: new RegExp(`^Terminal ${number}\\b`) }).click();

/** What the watching terminal (the second) has shown since the watch was begun. */
async function watched(page, ...rows) {
  await tab(page, 2);
  const last = page.locator(".log .entry").last();
  for (const row of rows) {
    await last.locator(".output", { hasText: row }).first().waitFor({ timeout: 30_000 });
  }
  const text = (await last.locator(".output").allTextContents()).join("\n");
  await tab(page, 1);
  return text;
}

/** Begins a watch in the second terminal; one that runs there is ended, as a reader does with Ctrl-C. */
async function watch(page, line) {
  if (await page.getByRole("tab", { name: /^Terminal 2\b/ }).count() === 0) {
    await page.getByRole("button", { name: "New terminal" }).click();
  } else {
    await tab(page, 2);
  }
  const running = page.getByRole("button", { name: "Ctrl-C" });
  if (await running.count() > 0) {
    await running.click();
    await running.waitFor({ state: "detached" });
  }
  await paste(page, `$ ${line}\n`);
  await running.waitFor();
  await tab(page, 1);
}

async function start(page) {
  await page.getByRole("radio", { name: "100×", exact: true }).check({ force: true });
  await page.locator(".cm-content").waitFor();
}

/** A file by way of a here-document, as a reader pastes it. */
async function file(page, name, text) {
  await paste(page, `cat > ${name} <<'EOF'\n${text.trim()}\nEOF\n`);
  await ended(page);
}

const image = (value) =>
  `kubectl patch statefulset web --type='json' -p='[{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value":"${value}"}]'`;
const partition = (value) =>
  `kubectl patch statefulset web -p '{"spec":{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":${value}}}}}'`;
const imageOf = (pod) => `kubectl get pod ${pod} --template '{{range $i, $c := .spec.containers}}{{$c.image}}{{end}}'`;
const images = "for p in 0 1 2; do kubectl get pod \"web-$p\" --template '{{range $i, $c := .spec.containers}}{{$c.image}}{{end}}'; echo; done";

test("StatefulSet basics, with a second terminal that watches", async () => {
  await withPage(session, {}, async (page) => {
    await start(page);
    await watch(page, "kubectl get pods -w -l app=nginx");
    await step(page, "kubectl apply -f web.yaml", "service/nginx created", "statefulset.apps/web created");
    await step(page, "kubectl get service nginx", /nginx\s+ClusterIP\s+None\s+<none>\s+80\/TCP/);
    await step(page, "kubectl get statefulset web", /web\s+\d\/2/);
    const rows = await watched(page, /web-1\s+1\/1\s+Running/);
    const at = (row) => rows.search(row);
    assert.ok(at(/web-0\s+1\/1\s+Running/) < at(/web-1\s+0\/1\s+Pending/), `in order:\n${rows}`);
    await step(page, "kubectl get pods -l app=nginx", /web-0\s+1\/1\s+Running/, /web-1\s+1\/1\s+Running/);
    await watch(page, "kubectl get pod -w -l app=nginx");
    await step(page, "kubectl delete pod -l app=nginx", 'pod "web-0" deleted from default namespace', 'pod "web-1" deleted');
    await watched(page, /web-0\s+1\/1\s+Terminating/, /web-0\s+0\/1\s+ContainerCreating/);
    await settled(page);
    await step(page, "kubectl get pvc -l app=nginx", /www-web-0\s+Bound/, /www-web-1\s+Bound/);
    await watch(page, "kubectl get pods -w -l app=nginx");
    await step(page, "kubectl scale sts web --replicas=5", "statefulset.apps/web scaled");
    await watched(page, /web-4\s+1\/1\s+Running/);
    await step(page, "kubectl patch sts web -p '{\"spec\":{\"replicas\":3}}'", "statefulset.apps/web patched");
    const down = await watched(page, /web-3\s+1\/1\s+Terminating/);
    assert.ok(down.search(/web-4\s+1\/1\s+Terminating/) < down.search(/web-3\s+1\/1\s+Terminating/), down);
    await settled(page);
    await step(page, "kubectl get pvc -l app=nginx", /www-web-4\s+Bound/);
    await step(page, "kubectl patch statefulset web -p '{\"spec\":{\"updateStrategy\":{\"type\":\"RollingUpdate\"}}}'", "statefulset.apps/web patched");
    await step(page, image("gcr.io/google_containers/nginx-slim:0.8"), "statefulset.apps/web patched");
    await step(page, "kubectl rollout status sts/web", "partitioned roll out complete: 3 new pods have been updated...");
    await step(page, images, "gcr.io/google_containers/nginx-slim:0.8\ngcr.io/google_containers/nginx-slim:0.8\ngcr.io/google_containers/nginx-slim:0.8");
    await step(page, partition(3), "statefulset.apps/web patched");
    await step(page, image("registry.k8s.io/nginx-slim:0.7"), "statefulset.apps/web patched");
    await step(page, "kubectl delete pod web-2", 'pod "web-2" deleted');
    await settled(page);
    await step(page, imageOf("web-2"), "gcr.io/google_containers/nginx-slim:0.8");
    await step(page, partition(2), "patched");
    await settled(page);
    await step(page, imageOf("web-2"), "registry.k8s.io/nginx-slim:0.7");
    await step(page, "kubectl delete pod web-1", 'pod "web-1" deleted');
    await settled(page);
    await step(page, imageOf("web-1"), "gcr.io/google_containers/nginx-slim:0.8");
    await step(page, partition(0), "patched");
    await settled(page);
    await step(page, images, "registry.k8s.io/nginx-slim:0.7\nregistry.k8s.io/nginx-slim:0.7\nregistry.k8s.io/nginx-slim:0.7");
    await watch(page, "kubectl get pods -w -l app=nginx");
    await step(page, "kubectl delete statefulset web --cascade=orphan", 'statefulset.apps "web" deleted from default namespace');
    await step(page, "kubectl get pods -l app=nginx", /web-0\s+1\/1\s+Running/, /web-2\s+1\/1\s+Running/);
    await step(page, "kubectl delete pod web-0", 'pod "web-0" deleted');
    await settled(page);
    assert.ok(!(await step(page, "kubectl get pods -l app=nginx")).includes("web-0"), "nobody makes it anew");
    await step(page, "kubectl apply -f web.yaml", "service/nginx unchanged", "statefulset.apps/web created");
    await watched(page, /web-2\s+1\/1\s+Terminating/, /web-0\s+1\/1\s+Running/);
    await settled(page);
    await step(page, "kubectl delete statefulset web", 'statefulset.apps "web" deleted');
    await step(page, "kubectl delete service nginx", 'service "nginx" deleted');
    await settled(page);
    await step(page, "kubectl get pods -l app=nginx", "No resources found in default namespace.");
    await step(page, "kubectl delete pvc www-web-0 www-web-1 www-web-2 www-web-3 www-web-4", 'persistentvolumeclaim "www-web-4" deleted');
    await step(page, "kubectl get pvc", "No resources found");
  });
});

const MANIFEST = "https://k8s.io/examples/application/zookeeper/zookeeper.yaml";

test("ZooKeeper, with a second terminal that watches", async () => {
  await withPage(session, {}, async (page) => {
    await start(page);
    await watch(page, "kubectl get pods -w -l app=zk");
    await step(page, `kubectl apply -f ${MANIFEST}`, "poddisruptionbudget.policy/zk-pdb created", "statefulset.apps/zk created");
    const up = await watched(page, /zk-2\s+1\/1\s+Running/);
    assert.ok(up.search(/zk-0\s+1\/1/) < up.search(/zk-1\s+0\/1\s+Pending/), up);
    await step(page, "kubectl get pvc -l app=zk", /datadir-zk-2\s+Bound/);
    await step(page, "kubectl delete statefulset zk", 'statefulset.apps "zk" deleted');
    await watched(page, /zk-2\s+1\/1\s+Terminating/);
    await settled(page);
    await step(page, `kubectl apply -f ${MANIFEST}`, "statefulset.apps/zk created");
    await settled(page);
    await step(page, "kubectl get sts zk -o yaml", "podAntiAffinity");
    await step(page, "kubectl patch sts zk --type='json' -p='[{\"op\": \"replace\", \"path\": \"/spec/template/spec/containers/0/resources/requests/cpu\", \"value\":\"0.3\"}]'", "statefulset.apps/zk patched");
    await step(page, "kubectl rollout status sts/zk", /roll(ing update| out) complete:? 3 (new )?pods/);
    await step(page, "kubectl rollout history sts/zk", /REVISION[^]*1[^]*2/);
    await step(page, "kubectl rollout undo sts/zk", "statefulset.apps/zk rolled back");
    await settled(page);
    const nodes = (await step(page, "for i in 0 1 2; do kubectl get pod zk-$i --template {{.spec.nodeName}}; echo \"\"; done")).trim().split("\n");
    assert.equal(new Set(nodes).size, 3, "no node has two servers");
    await step(page, "kubectl get nodes", /node-4\s+Ready/);
    const spare = ["node-1", "node-2", "node-3", "node-4"].find((node) => !nodes.includes(node));
    await step(page, `kubectl cordon ${spare}`, `node/${spare} cordoned`);
    await step(page, "kubectl get pdb zk-pdb", /zk-pdb\s+N\/A\s+1\s+1/);
    await watch(page, "kubectl get pods -w -l app=zk");
    const drain = (pod) => `kubectl drain $(kubectl get pod ${pod} --template {{.spec.nodeName}}) --ignore-daemonsets --force --delete-emptydir-data`;
    await step(page, drain("zk-0"), "evicting pod default/zk-0", `node/${nodes[0]} drained`);
    await watched(page, /zk-0\s+1\/1\s+Terminating/, /zk-0\s+0\/1\s+Pending/);
    // The budget lets no second server go: the drain tries again and again until Ctrl-C.
    await paste(page, `$ ${drain("zk-1")}\n`);
    await page.locator(".log .entry").last().locator(".output", { hasText: "Cannot evict pod as it would violate the pod's disruption budget" }).first().waitFor({ timeout: 30_000 });
    await page.getByRole("button", { name: "Ctrl-C" }).click();
    await ended(page);
    await step(page, "kubectl get pods -l app=zk", /zk-0\s+0\/1\s+Pending/, /zk-1\s+1\/1\s+Running/);
    await step(page, `kubectl uncordon ${nodes[0]}`, `node/${nodes[0]} uncordoned`);
    await watched(page, /zk-0\s+1\/1\s+Running/);
    await step(page, "kubectl uncordon $(kubectl get nodes -o name)", /node\/\S+ (already )?uncordoned/);
    await settled(page);
    await step(page, "kubectl get pods -l app=zk --no-headers | wc -l", /^3$/);
  });
});

const demo = ({ labels = "", spec = "", selector = "" }) => `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: demo}
spec:
${spec}
  selector: {matchLabels: {app: demo}}
  template:
    metadata: {labels: {app: demo${labels}}}
    spec:
${selector}
      containers:
      - name: demo
        image: busybox
        command: [sleep, infinity]
`;

test("the DaemonSet chapter of a book", async () => {
  await withPage(session, {}, async (page) => {
    await start(page);
    await file(page, "ds.demo.yaml", demo({}));
    await file(page, "ds.demo.nodeSelector.yaml", demo({ selector: "      nodeSelector: {gpu: cuda}" }));
    await file(page, "ds.demo.v2.rollingUpdate.yaml", demo({
      labels: ", ver: v2",
      spec: "  minReadySeconds: 30\n  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}",
    }));
    await file(page, "ds.demo.v3.onDelete.yaml", demo({ labels: ", ver: v3", spec: "  updateStrategy: {type: OnDelete}" }));
    await step(page, "kubectl apply -f ds.demo.yaml", "daemonset.apps/demo created");
    await settled(page);
    await step(page, "kubectl get ds", /demo\s+4\s+4\s+4\s+4\s+4\s+<none>/);
    await step(page, "kubectl get ds -o wide", /CONTAINERS\s+IMAGES\s+SELECTOR/, /demo\s+busybox\s+app=demo/);
    await step(page, "kubectl describe ds demo", "Desired Number of Nodes Scheduled: 4");
    await step(page, "kubectl get ds demo -o yaml", "numberAvailable: 4");
    await step(page, "kubectl get pods -l app=demo -o wide", /node-1/, /node-4/);
    await step(page, "kubectl apply -f ds.demo.nodeSelector.yaml", "daemonset.apps/demo configured");
    await settled(page);
    await step(page, "kubectl get ds", /demo\s+0\s+0\s+0\s+0\s+0\s+gpu=cuda/);
    await step(page, "kubectl get nodes -l gpu=cuda", "No resources found");
    await step(page, "kubectl label node node-2 gpu=cuda", "node/node-2 labeled");
    await settled(page);
    await step(page, "kubectl get pods -l app=demo -o wide", /1\/1\s+Running.*node-2/);
    await step(page, "kubectl label node node-2 gpu-", "node/node-2 unlabeled");
    await settled(page);
    await step(page, "kubectl get pods -l app=demo", "No resources found in default namespace.");
    await step(page, "kubectl describe node node-2", /Name:\s+node-2/);
    await step(page, "kubectl patch ds demo --type='json' -p='[{ \"op\": \"remove\", \"path\": \"/spec/template/spec/nodeSelector\"}]'", "daemonset.apps/demo patched");
    await settled(page);
    await step(page, "sleep 60");
    await step(page, "kubectl apply -f ds.demo.v2.rollingUpdate.yaml", "daemonset.apps/demo configured");
    await step(page, "kubectl get pods -l app=demo -L ver", "VER");
    await settled(page);
    await step(page, "kubectl get pods -l app=demo -L ver --no-headers | grep -c v2", /^4$/);
    await step(page, "kubectl apply -f ds.demo.v3.onDelete.yaml", "daemonset.apps/demo configured");
    await settled(page);
    await step(page, "kubectl get ds", /demo\s+4\s+4\s+4\s+0\s+4/);
    await step(page, "kubectl get pods -l app=demo -L ver --no-headers | grep -c v2", /^4$/);
    await step(page, "kubectl delete $(kubectl get po -l app=demo -o name | head -1) --wait=false", /pod "demo-\w+" deleted/);
    await settled(page);
    await step(page, "kubectl get ds", /demo\s+4\s+4\s+4\s+1\s+4/);
    await step(page, "kubectl get pods -l app=demo -L ver --no-headers | awk '{print $NF}' | sort | uniq -c", /3 v2\s+1 v3/);
    await step(page, "kubectl delete ds demo", 'daemonset.apps "demo" deleted');
    await settled(page);
    await step(page, "kubectl get pods -l app=demo", "No resources found");
  });
});
