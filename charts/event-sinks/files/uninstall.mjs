// Runs before `helm uninstall` takes KafkaSinks away with their definition. A sink that has made its topic is held by a
// finalizer until the controller has deleted the topic, and Helm ends the controller first: without this the sink, and
// the definition with it, would stay for ever.
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, FINALIZER, WAIT_SECONDS } = process.env;
const { readFileSync } = await import('node:fs');
const token = readFileSync(process.env.TOKEN_FILE, 'utf8').trim();
const api = `https://${host.includes(':') ? `[${host}]` : host}:${port}/apis/eventing.knative.dev/v1alpha1`;

async function ask(method, path, body, type = 'application/json') {
  const headers = { authorization: `Bearer ${token}`, 'content-type': type };
  const answer = await fetch(api + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  // Gone meanwhile, or changed: the next look tells.
  if (!answer.ok && ![404, 409].includes(answer.status))
    throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.ok ? await answer.json() : { items: [] };
}

const pathOf = ({ metadata }) => `/namespaces/${metadata.namespace}/kafkasinks/${metadata.name}`;
const held = async () => {
  const { items } = await ask('GET', '/kafkasinks');
  return items.filter(({ metadata }) => metadata.finalizers?.includes(FINALIZER));
};

/** Looks once a second until no sink is held; returns those that still are when the time is up. */
async function wait(seconds, each) {
  const deadline = Date.now() + seconds * 1000;
  let sinks = await held();
  while (sinks.length > 0 && Date.now() < deadline) {
    for (const sink of sinks) await each(sink);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    sinks = await held();
  }
  return sinks;
}

async function remove(sink) {
  if (sink.metadata.deletionTimestamp !== undefined) return;
  console.log(`Deleting ${pathOf(sink)} and the topic that it has made`);
  await ask('DELETE', pathOf(sink));
}

async function release(sink) {
  console.log(`No controller lets go of ${pathOf(sink)}; its topic ${sink.spec?.topic} is kept`);
  const { resourceVersion, finalizers } = sink.metadata;
  const left = finalizers.filter((finalizer) => finalizer !== FINALIZER);
  const patch = { metadata: { resourceVersion, finalizers: left } };
  await ask('PATCH', pathOf(sink), patch, 'application/merge-patch+json');
}

// The definition takes every sink along. One that only uses such a topic goes first: for its sake the topic would be kept.
const { items: all } = await ask('GET', '/kafkasinks');
const isHeld = ({ metadata }) => metadata.finalizers?.includes(FINALIZER) === true;
const topics = new Set(all.filter(isHeld).map(({ spec }) => spec?.topic));
for (const sink of all) if (!isHeld(sink) && topics.has(sink.spec?.topic)) await ask('DELETE', pathOf(sink));
const left = await wait(Number(WAIT_SECONDS), remove);
for (const sink of left) await release(sink);
const stuck = left.length > 0 ? await wait(10, release) : [];
if (stuck.length > 0) throw new Error(`Still held: ${stuck.map(pathOf).join(', ')}`);
console.log('No KafkaSink is held any more');
