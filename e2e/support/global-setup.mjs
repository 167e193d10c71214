import { setup } from './install-for-tests.ts';

// jest asks for a default export here.
export default setup;
