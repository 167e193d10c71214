import { chooseDriver, readSettings, textProgress } from '@event-sinks/platform';
import { ensureEventReader } from './event-reader.ts';

const progress = textProgress((line) => {
  console.log(line);
});
const cluster = await (await chooseDriver(readSettings(process.env), progress)).connect();
await progress.step('Image of the sample program in Go', () => ensureEventReader(cluster));
