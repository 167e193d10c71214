// Sends one event to each of TARGETS until it is taken, which is what a sender of Knative's would do as well.
const deadline = Date.now() + Number(process.env.TIMEOUT_SECONDS) * 1000;
const event = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-type': 'dev.event-sinks.helm-test',
  'ce-source': 'helm-test',
  'ce-id': `${Date.now()}-${process.pid}`,
};

async function answerOf(target) {
  try {
    const answer = await fetch(target, { method: 'POST', headers: event, body: '{"from":"helm test"}' });
    return { taken: answer.status === 202, words: `${answer.status} ${answer.headers.get('reason') ?? ''}` };
  } catch (error) {
    return { taken: false, words: `${error.cause?.code ?? error.message}` };
  }
}

for (const target of process.env.TARGETS.split(' ')) {
  let answer = await answerOf(target);
  while (!answer.taken && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    answer = await answerOf(target);
  }
  console.log(`${target}: ${answer.words.trim()}`);
  if (!answer.taken) process.exit(1);
}
