import { allProjects } from './projects.mjs';
import unit from './unit.config.mjs';

export default { ...allProjects('test', unit), maxWorkers: 2 };
