import { createAddressGuard } from '../src/index.ts';

/** Lets tests connect to their own servers, which a guard refuses by default. */
export const loopbackGuard = createAddressGuard({ allowed: ['127.0.0.0/8', '::1'] });
