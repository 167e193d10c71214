// Runs after `helm uninstall` where the definitions, and so the sinks, stay. Removes the conditions that only this project
// sets. Knative's controllers do not know them, so they would stay as they are for ever, and count towards Ready if they
// have no severity. Ready and the address are left to the next controller.
//
// Helm deletes the controller in the background, so it may still be running. But Helm has also deleted its roles by now, and
// the API server refuses its writes as soon as it has noticed that. Until then a controller that still runs would answer the
// removal within moments, by setting the conditions again. So this looks again until two looks in a row find nothing.
// Waiting for the controller's pods to end instead would need a right to list pods, and up to 30 s.
const {
  KUBERNETES_SERVICE_HOST: host,
  KUBERNETES_SERVICE_PORT: port,
  NAMESPACES,
  WAIT_SECONDS,
} = process.env;
const { readFileSync } = await import('node:fs');
const token = readFileSync(process.env.TOKEN_FILE, 'utf8').trim();
const api = `https://${host.includes(':') ? `[${host}]` : host}:${port}/apis`;
const kinds = JSON.parse(process.env.KINDS);
const namespaces = NAMESPACES === '' ? [''] : NAMESPACES.split(',').map((name) => `/namespaces/${name}`);

/** Sinks of one page of a list: each may be large, and the pod has little memory. */
const pageSize = 50;
const parallelPatches = 10;
const pauseMs = 2_000;
const requestTimeoutMs = 10_000;

/** The body of a successful answer; undefined where the object or the kind is not there. */
async function request(method, path, body) {
  const response = await fetch(api + path, {
    ...{ method, signal: AbortSignal.timeout(requestTimeoutMs) },
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/merge-patch+json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

async function* pages(path) {
  let next = '';
  do {
    const list = await request('GET', `${path}?limit=${pageSize}&continue=${encodeURIComponent(next)}`);
    yield list?.items ?? [];
    next = list?.metadata.continue ?? '';
  } while (next !== '');
}

/** Paths, since a sink may be cleaned more than once. */
const cleaned = new Set();

/** A conflict (409) is an error as any other: the next look reads the sink again. */
async function removeConditions({ apiVersion, plural, conditions: own }, { metadata, status }) {
  const { namespace, name, resourceVersion } = metadata;
  const conditions = status.conditions.filter(({ type }) => !own.includes(type));
  const path = `/${apiVersion}/namespaces/${namespace}/${plural}/${name}/status`;
  await request('PATCH', path, { metadata: { resourceVersion }, status: { conditions } });
  cleaned.add(path);
}

/** Counts an error as one thing that is left, and lets the others be done. */
async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    console.error(error.cause === undefined ? error.message : `${error.message}: ${error.cause.message}`);
    return 1;
  }
}

/** @returns how many sinks of the list had such a condition, or could not be read. */
async function lookThrough(kind, namespace) {
  let found = 0;
  for await (const sinks of pages(`/${kind.apiVersion}${namespace}/${kind.plural}`)) {
    const hasOwn = ({ status }) => status?.conditions?.some(({ type }) => kind.conditions.includes(type));
    const left = sinks.filter(hasOwn);
    found += left.length;
    for (let start = 0; start < left.length; start += parallelPatches) {
      const batch = left.slice(start, start + parallelPatches);
      await Promise.all(batch.map((sink) => attempt(() => removeConditions(kind, sink))));
    }
  }
  return found;
}

async function lookThroughAll() {
  let found = 0;
  for (const kind of kinds)
    for (const namespace of namespaces) found += await attempt(() => lookThrough(kind, namespace));
  return found;
}

const deadline = Date.now() + Number(WAIT_SECONDS) * 1000;
let left = await lookThroughAll();
let cleanLooks = left === 0 ? 1 : 0;
while (cleanLooks < 2 && Date.now() < deadline) {
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  left = await lookThroughAll();
  cleanLooks = left === 0 ? cleanLooks + 1 : 0;
}
console.log(`Sinks that lost conditions: ${cleaned.size}`);
if (left > 0) throw new Error(`Sinks or lists that are left: ${left}`);
